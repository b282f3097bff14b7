include { code_version } from '../../functions/code_version'
include { each_network ; is_main ; main_of } from '../../functions/networks'
include { listed ; read_json } from '../../functions/parameters'

include { GRADE_HEADS     } from '../../grade_heads'
include { KNOCK_OUT_HEADS } from '../../knock_out_heads'
include { MEASURE_HEADS   } from '../../measure_heads'
include { MUTATE_SITES    } from '../../mutate_sites'
include { NAME_HEADS      } from '../../name_heads'
include { SCREEN_HEADS    } from '../../screen_heads'

// From the main network, its replicates and its controls to a grade for every head; nothing where --controls is false.
workflow TEST_HEADS {
    take:
    settings       // [preset: 'tiny', seed: 1, window: null, ...]
    models         // [[id: 'curated', seed: 1], model/]
    others         // [[[id: 'control_random_01', control: 'random', ...], ...], [model/, ...]]: replicates and controls
    labels         // labels.safetensors
    labels_json    // labels.json
    split          // split.tsv
    genome         // genome.fna
    genome_json    // genome.json
    device         // 'auto', 'cpu' or 'cuda'

    main:
    rule = file("${projectDir}/assets/grade_rule.json")

    // [[[id: 'curated', seed: 1]], [model/]]: the networks of one task
    ch_tasks = models
        .filter { network, _model -> settings.controls && is_main(network) }
        .map { network, model -> [[network], [model]] }
        .mix(others)
    MEASURE_HEADS(
        ch_tasks,
        labels,
        split,
        genome,
        genome_json,
        settings.measured_positions,
        settings.seed,
        device,
        code_version('measure_heads.py'),
    )

    // [[id: 'curated', seed: 1], measured/curated]
    ch_measured = MEASURE_HEADS.out.measured.flatMap { networks, folders -> each_network(networks, folders) }
    ch_own      = main_of(ch_measured)

    // [[[id: 'control_random_01', ...], ...], [measured/control_random_01, ...]]: all networks and their folders
    ch_sorted   = ch_measured
        .toSortedList { a, b -> a[0].id <=> b[0].id }
        .filter { all -> all }
        .map { all -> all.transpose() }
    ch_networks = ch_sorted.map { networks, _folders -> networks }
    ch_folders  = ch_sorted.map { _networks, folders -> folders }
    SCREEN_HEADS(ch_networks, ch_folders, rule, code_version('grade_heads.py'))

    // [[id: 'curated', seed: 1], model/]
    ch_models = ch_tasks.flatMap { networks, found -> each_network(networks, found) }
    // ['control_random_01', ['L2_H3', ...]]: the heads that stand out in a control network
    ch_screened = SCREEN_HEADS.out.json
        .flatMap { path -> read_json(path).collect { one -> [one.id, one.heads] } }
    ch_outstanding = ch_models
        .map { network, model -> [network.id, network, model] }
        .join(ch_screened)
        .map { _id, network, model, heads -> [network, model, heads] }
    // [[id: 'curated', seed: 1], model/, []]: all heads of the main network, and some of the control networks
    ch_tested = ch_models
        .filter { network, _model -> is_main(network) }
        .map { network, model -> [network, model, []] }
        .mix(ch_outstanding)
    KNOCK_OUT_HEADS(
        ch_tested,
        labels,
        split,
        genome,
        genome_json,
        settings.knockout_pairs,
        settings.seed,
        device,
        code_version('knock_out_heads.py'),
    )
    MUTATE_SITES(
        ch_tested,
        labels,
        labels_json,
        split,
        genome,
        genome_json,
        settings.mutated_sites,
        settings.seed,
        device,
        code_version('mutate_sites.py'),
    )
    NAME_HEADS(
        ch_own,
        genome,
        genome_json,
        listed(settings.motifs).collect { name -> file(name, checkIfExists: true) },
        settings.tf_sites ? file(settings.tf_sites, checkIfExists: true) : [],
        file("${projectDir}/assets/known_elements.tsv"),
        file("${projectDir}/assets/known_sequences.tsv"),
        settings.seed,
        code_version('name_heads.py'),
    )
    GRADE_HEADS(
        ch_networks,
        ch_folders,
        sorted_folders(KNOCK_OUT_HEADS.out.tables),
        sorted_folders(MUTATE_SITES.out.tables),
        NAME_HEADS.out.tables,
        rule,
        code_version('grade_heads.py'),
    )

    // heads.tsv, controls.tsv, knockout.tsv, ..., and the folder measured/curated
    ch_tables = KNOCK_OUT_HEADS.out.tables
        .mix(MUTATE_SITES.out.tables)
        .filter { network, _tables -> is_main(network) }
        .map { _network, tables -> tables }
    facts     = GRADE_HEADS.out.tables
        .mix(ch_tables, NAME_HEADS.out.tables)
        .flatten()
        .mix(ch_own)

    emit:
    facts
}

// From a channel of [network, tables] the folders that the tables of each network lie in: [control_rotated_03, curated]
def sorted_folders(items) {
    return items
        .map { _network, tables -> tables[0].parent }
        .toSortedList { a, b -> a.name <=> b.name }
}
