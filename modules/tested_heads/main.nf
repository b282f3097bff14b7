include { code_version } from '../functions/code_version'
include { each_network } from '../functions/networks'
include { read_json } from '../functions/parameters'

include { MEASURE_HEADS   } from '../measure_heads'
include { SCREEN_HEADS    } from '../screen_heads'
include { KNOCK_OUT_HEADS } from '../knock_out_heads'
include { MUTATE_SITES    } from '../mutate_sites'
include { NAME_HEADS      } from '../name_heads'
include { GRADE_HEADS     } from '../grade_heads'

// From the real network and those beside it to a grade for every head.
workflow TESTED_HEADS {
    take:
    settings       // [preset: 'tiny', seed: 1, window: null, ...]
    real           // [[[id: 'curated', seed: 1]], [model/]]; empty without controls
    others         // [[[id: 'control_random_01', control: 'random', ...], ...], [model/, ...]]: replicates and controls
    labels         // labels.safetensors
    labels_json    // labels.json
    split          // split.tsv
    genome         // genome.fna
    genome_json    // genome.json
    device         // 'auto', 'cpu' or 'cuda'

    main:
    rule = file("${projectDir}/assets/grade_rule.json")

    MEASURE_HEADS(
        real.mix(others), labels, split, genome, genome_json, settings.measured_positions, settings.seed, device,
        code_version('measure_heads.py'),
    )
    // [[id: 'curated', seed: 1], measured/curated], one for each network
    ch_measured = MEASURE_HEADS.out.measured.flatMap { networks, folders -> each_network(networks, folders) }
    ch_own      = ch_measured.filter { network, _folder -> network.id == 'curated' }.map { _network, folder -> folder }.first()    // measured/curated

    // All networks, and their folders in the same order: [[id: 'control_random_01', ...], ...], [measured/control_random_01, ...]
    ch_sorted   = ch_measured.toSortedList { a, b -> a[0].id <=> b[0].id }.filter { all -> all }
    ch_networks = ch_sorted.map { all -> all.collect { network, _folder -> network } }
    ch_folders  = ch_sorted.map { all -> all.collect { _network, folder -> folder } }
    SCREEN_HEADS(ch_networks, ch_folders, rule, code_version('grade_heads.py'))

    // [[id: 'curated', seed: 1], model/, []]: all heads of the real network; ['L2_H3', ...] of a control whose heads stand out
    ch_models = real.mix(others).flatMap { networks, models -> each_network(networks, models) }
    ch_tested = ch_models.filter { network, _model -> network.id == 'curated' }.map { network, model -> [network, model, []] }.mix(
        ch_models.map { network, model -> [network.id, network, model] }
            .join(SCREEN_HEADS.out.json.flatMap { path -> read_json(path).collect { one -> [one.id, one.heads] } })
            .map { _id, network, model, heads -> [network, model, heads] }
    )
    KNOCK_OUT_HEADS(
        ch_tested, labels, split, genome, genome_json, settings.knockout_pairs, settings.seed, device, code_version('knock_out_heads.py'),
    )
    MUTATE_SITES(
        ch_tested, labels, labels_json, split, genome, genome_json, settings.mutated_sites, settings.seed, device, code_version('mutate_sites.py'),
    )
    NAME_HEADS(
        ch_own, genome, genome_json,
        settings.motifs ? settings.motifs.tokenize(',').collect { name -> file(name.trim(), checkIfExists: true) } : [],
        settings.tf_sites ? file(settings.tf_sites, checkIfExists: true) : [],
        file("${projectDir}/assets/known_elements.tsv"), settings.seed, code_version('name_heads.py'),
    )
    GRADE_HEADS(
        ch_networks, ch_folders,
        KNOCK_OUT_HEADS.out.tables.map { _network, tables -> tables[0].parent }.toSortedList { a, b -> a.name <=> b.name },    // [curated, ...]
        MUTATE_SITES.out.tables.map { _network, tables -> tables[0].parent }.toSortedList { a, b -> a.name <=> b.name },
        NAME_HEADS.out.tables, rule, code_version('grade_heads.py'),
    )

    // heads.tsv, controls.tsv, knockout.tsv, ..., curated
    ch_tables = KNOCK_OUT_HEADS.out.tables.mix(MUTATE_SITES.out.tables).filter { network, _tables -> network.id == 'curated' }.map { _network, tables -> tables }
    facts     = GRADE_HEADS.out.tables.mix(ch_tables, NAME_HEADS.out.tables).flatten().mix(ch_own)

    emit:
    facts
}
