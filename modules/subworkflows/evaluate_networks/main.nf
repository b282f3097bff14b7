include { code_version } from '../../functions/code_version'
include { main_of } from '../../functions/networks'
include { listed } from '../../functions/parameters'

include { COMPARE_PEERS  } from '../../compare_peers'
include { COMPARE_SETS   } from '../../compare_sets'
include { EVALUATE       } from '../../evaluate'
include { GRID           } from '../../grid'
include { SCAN_PROMOTERS } from '../../scan_promoters'

// How well the networks find the sites of the test arc: the main one, its peers, and each network on each label set.
workflow EVALUATE_NETWORKS {
    take:
    settings       // [preset: 'tiny', seed: 1, window: null, ...]
    models         // [[id: 'curated', seed: 1], model/]
    outputs        // [[id: 'curated', seed: 1], outputs.safetensors]
    label_sets     // [[id: 'curated'], labels.safetensors, labels.json, split.tsv]
    labels         // labels.safetensors of the curated sites
    labels_json    // labels.json
    split          // split.tsv
    genome         // genome.fna
    genome_json    // genome.json

    main:
    ch_outputs = main_of(outputs)
    EVALUATE(
        genome,
        genome_json,
        ch_outputs,
        labels,
        labels_json,
        split,
        settings.seed,
        code_version('evaluate_model.py'),
    )

    // ['a', labels.safetensors]: each label set, sorted by name in one list
    ch_compared = label_sets
        .map { meta, arrays, _json, _split -> [meta.id, arrays] }
        .toSortedList { a, b -> a[0] <=> b[0] }
    COMPARE_SETS(
        outputs.filter { meta, _outputs -> listed(settings.train_sets) && !meta.peer },
        ch_compared.map { sets -> sets.collect { name, _labels -> name } },
        ch_compared.map { sets -> sets.collect { _name, arrays -> arrays } },
        split,
        settings.seed,
        code_version('compare_sets.py'),
    )
    GRID(COMPARE_SETS.out.grid.collect(sort: { a, b -> a.name <=> b.name }), code_version('plot_grid.py'))

    SCAN_PROMOTERS(
        genome,
        genome_json,
        labels.filter { _labels -> settings.baselines },
        labels_json,
        split,
        code_version('scan_promoters.py'),
    )
    COMPARE_PEERS(
        ch_outputs,
        main_of(models).map { model -> model.resolve('model.json') },
        outputs.filter { meta, _outputs -> meta.peer }.map { _meta, arrays -> arrays },
        models.filter { meta, _model -> meta.peer }.map { _meta, model -> model.resolve('model.json') },
        SCAN_PROMOTERS.out.outputs,
        SCAN_PROMOTERS.out.promoter,
        labels,
        split,
        settings.seed,
        code_version('compare_peers.py'),
    )

    // metrics.json, curves.tsv; peers.json and grid.png where they were made
    facts = EVALUATE.out.metrics.mix(EVALUATE.out.curves, COMPARE_PEERS.out.peers, GRID.out.png)

    emit:
    facts
}
