include { code_version } from '../code_version'
include { existing } from '../parameters'

include { MEASURE_HEADS   } from '../measure_heads'
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
    ch_model = real.map { _networks, models -> models[0] }.first()    // model/

    MEASURE_HEADS(
        real.mix(others), labels, split, genome, genome_json, settings.measured_positions, settings.seed, device,
        code_version('measure_heads.py'),
    )
    // [[id: 'curated', seed: 1], measured/curated], one for each network
    ch_measured = MEASURE_HEADS.out.measured.flatMap { networks, folders -> folders.collect { one -> [networks.find { network -> network.id == one.name }, one] } }
    ch_own      = ch_measured.filter { network, _folder -> network.id == 'curated' }.map { _network, folder -> folder }.first()    // measured/curated

    KNOCK_OUT_HEADS(
        ch_model, labels, split, genome, genome_json, settings.knockout_pairs, settings.seed, device, code_version('knock_out_heads.py'),
    )
    MUTATE_SITES(
        ch_model, labels, labels_json, split, genome, genome_json, settings.mutated_sites, settings.seed, device, code_version('mutate_sites.py'),
    )
    NAME_HEADS(
        ch_own, genome, genome_json,
        (settings.motifs ? settings.motifs.tokenize(',').collect { name -> file(name.trim(), checkIfExists: true) } : []),
        settings.tf_sites ? file(settings.tf_sites, checkIfExists: true) : [],
        file("${projectDir}/assets/known_elements.tsv"), settings.seed, code_version('name_heads.py'),
    )

    // [measured/control_random_01, ..., measured/curated], and the networks in the same order
    ch_all = ch_measured.toSortedList { a, b -> a[0].id <=> b[0].id }.filter { all -> all }
    GRADE_HEADS(
        ch_all.map { all -> all.collect { network, _folder -> network } },
        ch_all.map { all -> all.collect { _network, folder -> folder } },
        KNOCK_OUT_HEADS.out.tables, MUTATE_SITES.out.tables, NAME_HEADS.out.tables,
        file("${projectDir}/assets/grade_rule.json"), code_version('grade_heads.py'),
    )

    emit:
    // heads.tsv, controls.tsv, knockout.tsv, ..., curated
    facts = GRADE_HEADS.out.tables.mix(KNOCK_OUT_HEADS.out.tables, MUTATE_SITES.out.tables, NAME_HEADS.out.tables).flatten().mix(ch_own)
}
