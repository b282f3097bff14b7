include { code_version } from '../../functions/code_version'
include { filter_networks ; filter_tasks ; sequence_settings } from '../../functions/filter_networks'
include { each_network } from '../../functions/networks'
include { read_json } from '../../functions/parameters'

include { PREPARE_TASKS  } from '../prepare_tasks'
include { TEST_FILTERS   } from '../test_filters'
include { REPORT_FILTERS } from '../../report_filters'
include { TRAIN_CNNS     } from '../../train_cnns'

// From motif databases, and a user's sequences or curated sites where they are given, to what the first filters of
// networks with different activations spell, beside their controls.
workflow EXPLAIN_FILTERS {
    take:
    settings       // [preset: 'tiny', seed: 1, ...]
    files          // [preset: [tasks: ...], motifs: [JASPAR.meme, ...], factors: factors.tsv]
    checked        // settings of the run, once they are checked
    sites          // sites.bed, with --input
    genome         // genome.fna, with --input
    genome_json    // genome.json, with --input
    device         // 'auto', 'cpu' or 'cuda'

    main:
    tasks    = filter_tasks(settings, files.preset)
    networks = filter_networks(settings, files.preset)
    PREPARE_TASKS(
        settings, tasks, sequence_settings(settings), files.motifs, files.factors, checked, sites, genome, genome_json
    )
    // ['task1', task1/]
    ch_tasks = PREPARE_TASKS.out.tasks

    // [[[id: 'task1_cnn-2_relu_01', ...], ...], task1/, [batch_size: 25, ...]]: the networks of one Nextflow task
    ch_training = channel.fromList(networks)
        .combine(ch_tasks, by: 0)
        .map { _name, some, training, motif_task -> [some, motif_task, training] }
    TRAIN_CNNS(
        ch_training,
        device,
        "${workflow.workDir}/checkpoints/${workflow.sessionId}".toString(),
        code_version('train_cnns.py'),
    )

    // [[[id: 'task1_cnn-2_relu_01', ...], ...], [model/, ...], task1/]: the models in the order of their networks
    ch_trained = TRAIN_CNNS.out.model
        .map { some, models -> [some[0].task] + each_network(some, models).transpose() }
        .combine(ch_tasks, by: 0)
        .map { _name, some, models, motif_task -> [some, models, motif_task] }
    TEST_FILTERS(settings, tasks, networks, ch_trained, TRAIN_CNNS.out.training, files.motifs, device)

    REPORT_FILTERS(
        TEST_FILTERS.out.tables.combine(TEST_FILTERS.out.grades),
        TEST_FILTERS.out.described,
        ch_tasks.map { _name, motif_task -> motif_task }.toSortedList { a, b -> a.name <=> b.name },
        files.motifs,
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
