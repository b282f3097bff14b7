include { code_version } from '../../functions/code_version'
include { main_of } from '../../functions/networks'
include { read_json ; read_model } from '../../functions/parameters'

include { DESCRIBE_HEADS    } from '../describe_heads'
include { EVALUATE_NETWORKS } from '../evaluate_networks'
include { LABEL_SITES       } from '../label_sites'
include { PREDICT_GENOME    } from '../predict_genome'
include { TEST_HEADS        } from '../test_heads'
include { TRAIN_NETWORKS    } from '../train_networks'
include { REPORT            } from '../../report'

// From TSS sets and a genome to a trained transformer, its genome-wide output and a page for each attention head.
workflow EXPLAIN_HEADS {
    take:
    settings       // [preset: 'tiny', seed: 1, window: null, ...]
    sites          // sites.bed
    beds           // [[id: 'a', ...], a.bed]: each set
    genome         // genome.fna
    genome_json    // genome.json
    audits         // [[id: 'a'], audit.tsv, ...]
    curated        // [curation.json, curves.tsv, ...]: what curation found
    device         // 'auto', 'cpu' or 'cuda'

    main:
    elements    = file(settings.elements, checkIfExists: true)
    given_model = read_model(settings.model)

    LABEL_SITES(settings, given_model, sites, beds, genome, genome_json)
    ch_label_sets  = LABEL_SITES.out.label_sets
    ch_labels      = LABEL_SITES.out.labels
    ch_labels_json = LABEL_SITES.out.labels_json
    ch_split       = LABEL_SITES.out.split

    TRAIN_NETWORKS(
        settings, given_model, ch_label_sets, LABEL_SITES.out.auxiliary, genome, genome_json, device
    )
    ch_models = TRAIN_NETWORKS.out.models
    ch_model  = main_of(ch_models)

    PREDICT_GENOME(settings, ch_models, genome, genome_json, device)
    ch_outputs = PREDICT_GENOME.out.outputs
    ch_shards  = main_of(PREDICT_GENOME.out.shards)

    EVALUATE_NETWORKS(
        settings, ch_models, ch_outputs, ch_label_sets, ch_labels, ch_labels_json, ch_split, genome, genome_json
    )
    DESCRIBE_HEADS(settings, ch_model, ch_shards, sites, elements, genome, genome_json)
    TEST_HEADS(
        settings, ch_models, TRAIN_NETWORKS.out.others,
        ch_labels, ch_labels_json, ch_split, genome, genome_json, device,
    )

    // [curation.json, curves.tsv, genome.json, ...]: what the steps found; every file has its own name
    ch_facts = curated.mix(
        ch_labels_json,
        ch_split,
        ch_model.map { model -> model.resolve('model.json') },
        TRAIN_NETWORKS.out.facts,
        EVALUATE_NETWORKS.out.facts,
        DESCRIBE_HEADS.out.facts,
        channel.value(file("${projectDir}/assets/published_counts.json")),
    )
    REPORT(
        ch_facts.toSortedList { a, b -> a.name <=> b.name },
        audits,
        DESCRIBE_HEADS.out.folders,
        TEST_HEADS.out.facts.toSortedList { a, b -> a.name <=> b.name },
        channel.topic('records').toSortedList { a, b -> "${a}" <=> "${b}" },
        files("${projectDir}/assets/report/*").toSorted(),
        settings.run_name,
        code_version('write_report.py'),
    )

    sites
        .filter { _sites -> settings.curate_only }
        .view { _sites -> "Curated sites: ${settings.outdir}/sites/sites.bed" }
    REPORT.out.outcome.view { outcome ->
        "${read_json(outcome).sentence} What to open first: ${settings.outdir}/README.txt"
    }
}
