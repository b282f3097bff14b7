include { code_version } from '../../functions/code_version'
include { main_of } from '../../functions/networks'
include { listed ; read_preset } from '../../functions/parameters'

include { LABEL } from '../../label'

// Labels of the curated sites, and of each single set that a network is trained on.
workflow LABEL_SITES {
    take:
    settings       // [preset: 'tiny', seed: 1, window: null, ...]
    given_model    // [folder: model/, label_shift: 20, network: [...]], or null
    sites          // sites.bed
    beds           // [[id: 'a', ...], a.bed]: each set
    genome         // genome.fna
    genome_json    // genome.json

    main:
    // [a.bed, b.bed, ...]: the single sets, if the main network learns these as well; otherwise []
    learns_sets  = settings.auxiliary && (!given_model || settings.baselines)
    ch_auxiliary = beds
        .map { _meta, bed -> bed }
        .toSortedList { a, b -> a.name <=> b.name }
        .map { all -> learns_sets && all.size() > 1 ? all : [] }

    // [[id: 'curated'], sites.bed, [a.bed, b.bed]]
    ch_curated = sites
        .combine(ch_auxiliary.map { all -> [all] })
        .map { bed, all -> [[id: 'curated'], bed, all] }

    // [[id: 'a'], a.bed, []]: each set that --train_sets names
    chosen    = listed(settings.train_sets)
    ch_single = beds
        .filter { meta, _bed -> chosen == ['all'] || meta.id in chosen }
        .map { meta, bed -> [[id: meta.id], bed, []] }

    // A given model reads labels at its own shift.
    label_shift = settings.label_shift == null ? read_preset(settings.preset).label_shift : settings.label_shift
    LABEL(
        settings.curate_only ? channel.empty() : ch_curated.mix(ch_single),
        genome,
        genome_json,
        given_model ? given_model.label_shift : label_shift,
        settings.split,
        file("${projectDir}/assets/cut_points.tsv"),
        code_version('label_genome.py'),
    )

    // [[id: 'curated'], labels.safetensors, labels.json, split.tsv]: each label set
    label_sets = LABEL.out.labels
    // [[id: 'curated'], auxiliary.safetensors]: the label sets with auxiliary labels
    auxiliary  = LABEL.out.auxiliary

    // Of the curated sites: labels.safetensors, labels.json, split.tsv
    labels      = main_of(label_sets.map { meta, arrays, _json, _split -> [meta, arrays] })
    labels_json = main_of(label_sets.map { meta, _arrays, json, _split -> [meta, json] })
    split       = main_of(label_sets.map { meta, _arrays, _json, arcs -> [meta, arcs] })

    // Plain names: the strict parser of Nextflow 25.04 does not allow `name = value` here.
    emit:
    label_sets
    auxiliary
    labels
    labels_json
    split
}
