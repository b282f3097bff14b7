include { code_version } from '../../functions/code_version'
include { filter_networks } from '../../functions/filter_networks'
include { each_network } from '../../functions/networks'
include { existing ; listed ; portable ; read_json } from '../../functions/parameters'

include { PREPARE_TASKS  } from '../prepare_tasks'
include { TEST_FILTERS   } from '../test_filters'
include { CHECK_FILTERS  } from '../../check_filters'
include { REPORT_FILTERS } from '../../report_filters'
include { TRAIN_CNNS     } from '../../train_cnns'

// From motif databases, and a user's sequences or curated sites where they are given, to what the first filters of
// networks with different activations spell, beside their controls.
workflow EXPLAIN_FILTERS {
    take:
    given       // [preset: 'tiny', seed: 1, motifs: null, ...]: with wrong values, for the check to report
    settings    // the same with defaults in place of wrong values
    schema      // nextflow_schema.json
    device      // 'auto', 'cpu' or 'cuda'

    main:
    folder  = "${projectDir}/assets/filters"
    presets = file("${folder}/presets.json")
    known   = read_json(presets)
    // With a preset of another mode, which the check reports, the smallest one stands in for it.
    preset  = known[settings.preset] ?: known.tiny
    // [JASPAR_CORE_2016_vertebrates.meme, ...]: the databases that exist
    motifs  = (listed(settings.motifs) ?: [preset.motifs ? "${folder}/${preset.motifs}" : null])
        .collect { name -> existing(name) }
        .findAll()
    factors = existing(settings.factors ?: "${folder}/${preset.factors}")
    // CURATE_SITES looks for the genome itself, because with --input it may be an accession.
    paths   = ['factors', 'positives', 'negatives', 'classes', 'hdf5'] + (settings.input ? [] : ['genome'])
    missing = (listed(settings.motifs).every { name -> existing(name) } ? [] : ['motifs']) +
        paths.findAll { name -> settings[name] && !existing(settings[name]) }

    CHECK_FILTERS(portable(given), schema, presets, missing, motifs, factors, code_version('check_filters.py'))

    PREPARE_TASKS(given, settings, schema, preset, motifs, factors, CHECK_FILTERS.out.settings)
    // ['task1', task1/]
    ch_tasks = PREPARE_TASKS.out.tasks

    // [[[id: 'task1_cnn-2_relu_01', ...], ...], task1/, [batch_size: 25, ...]]: the networks of one Nextflow task
    ch_training = channel.fromList(filter_networks(settings, preset))
        .combine(ch_tasks, by: 0)
        .map { _name, networks, training, motif_task -> [networks, motif_task, training] }
    TRAIN_CNNS(
        ch_training,
        device,
        "${workflow.workDir}/checkpoints/${workflow.sessionId}".toString(),
        code_version('train_cnns.py'),
    )

    // [[[id: 'task1_cnn-2_relu_01', ...], ...], [model/, ...], task1/]: the models in the order of their networks
    ch_trained = TRAIN_CNNS.out.model
        .map { networks, models -> [networks[0].task] + each_network(networks, models).transpose() }
        .combine(ch_tasks, by: 0)
        .map { _name, networks, models, motif_task -> [networks, models, motif_task] }
    TEST_FILTERS(settings, preset, ch_trained, TRAIN_CNNS.out.training, motifs, device)

    REPORT_FILTERS(
        TEST_FILTERS.out.tables.combine(TEST_FILTERS.out.grades),
        TEST_FILTERS.out.described,
        ch_tasks.map { _name, motif_task -> motif_task }.toSortedList { a, b -> a.name <=> b.name },
        motifs,
        files("${projectDir}/assets/report/*").toSorted(),
        settings.run_name,
        code_version('report_filters.py'),
    )
    REPORT_FILTERS.out.outcome.view { outcome ->
        "${read_json(outcome).sentence} What to open first: ${settings.outdir}/filters.html"
    }

    tables = TEST_FILTERS.out.tables
    page   = REPORT_FILTERS.out.page

    emit:
    tables
    page
}
