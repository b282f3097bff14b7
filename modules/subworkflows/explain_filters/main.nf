include { code_version } from '../../functions/code_version'
include { filter_networks ; filter_tasks } from '../../functions/filter_networks'
include { each_network } from '../../functions/networks'
include { existing ; portable ; read_json } from '../../functions/parameters'

include { ATTRIBUTE_SEQUENCES } from '../../attribute_sequences'
include { CHECK_FILTERS       } from '../../check_filters'
include { COMPARE_FILTERS     } from '../../compare_filters'
include { DESCRIBE_FILTERS    } from '../../describe_filters'
include { INSERT_MOTIFS       } from '../../insert_motifs'
include { READ_SEQUENCES      } from '../../read_sequences'
include { REPORT_FILTERS      } from '../../report_filters'
include { SIMULATE_TASK       } from '../../simulate_task'
include { TRAIN_CNNS          } from '../../train_cnns'

// From a motif database to what the first filters of networks with different activations spell, beside their controls.
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
    motifs  = existing(settings.motifs ?: (preset.motifs ? "${folder}/${preset.motifs}" : null))
    factors = existing(settings.factors ?: "${folder}/${preset.factors}")
    missing = ['motifs', 'factors', 'positives', 'negatives', 'classes', 'genome', 'hdf5'].findAll { name ->
        settings[name] && !existing(settings[name])
    }

    CHECK_FILTERS(portable(given), schema, presets, missing, motifs, factors, code_version('check_filters.py'))

    // ['task1', [number: '1', sequences: 8600, length: 200, decoys: null]]: each simulated task
    ch_wanted = CHECK_FILTERS.out.settings.flatMap { _checked ->
        filter_tasks(settings, preset).collect { name, task ->
            [name, task.subMap(['number', 'sequences', 'length', 'decoys'])]
        }
    }
    SIMULATE_TASK(
        ch_wanted.filter { name, _task -> name != 'sequences' },
        motifs,
        factors,
        settings.seed,
        code_version('simulate_task.py'),
    )
    // [[id: 'sequences'], peaks.fa or [], [], task.h5 or []]: the user's own sequences
    ch_own = ch_wanted
        .filter { name, _task -> name == 'sequences' }
        .map { name, _task -> [[id: name], existing(settings.positives), [], existing(settings.hdf5)] }
    READ_SEQUENCES(
        ch_own,
        existing(settings.negatives),
        existing(settings.classes),
        existing(settings.genome),
        [],
        file("${projectDir}/assets/cut_points.tsv"),
        settings.subMap(['background', 'split', 'circular', 'seed']).findAll { _name, value -> value != null } +
            [length: settings.sequence_length],
        code_version('read_sequences.py'),
    )
    // ['task1', task1/]
    ch_tasks = SIMULATE_TASK.out.task.mix(READ_SEQUENCES.out.tasks.map { meta, found -> [meta.id, found] })

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
    DESCRIBE_FILTERS(ch_trained, motifs, settings.seed, device, code_version('describe_filters.py'))

    // [task1_cnn-2_exponential_01/, task1_cnn-2_relu_01/, ...]
    ch_described = DESCRIBE_FILTERS.out.described
        .flatMap { _networks, folders -> folders }
        .toSortedList { a, b -> a.name <=> b.name }

    // The networks of the tasks whose preset asks for attributions, and for how many sequences
    wanted = filter_tasks(settings, preset).collectEntries { name, task -> [name, task.attributed ?: 0] }
    // ['task3', [training.json, ...]]: as soon as all networks of the task are trained
    groups       = filter_networks(settings, preset).countBy { name, _networks, _training -> name }
    ch_trainings = TRAIN_CNNS.out.training
        .map { networks, trainings -> [groupKey(networks[0].task, groups[networks[0].task]), trainings] }
        .groupTuple()
        .map { name, trainings -> [name.toString(), trainings.flatten().toSorted { one -> one.parent.name }] }
    ch_attribution = ch_trained
        .filter { networks, _models, _task -> wanted[networks[0].task] > 0 }
        .map { networks, models, motif_task -> [networks[0].task, networks, models, motif_task] }
        .combine(ch_trainings, by: 0)
        .map { _name, networks, models, motif_task, trainings -> [networks, models, motif_task, trainings] }
    ATTRIBUTE_SEQUENCES(
        ch_attribution,
        wanted.values().max(),
        settings.seed,
        device,
        code_version('attribute_sequences.py'),
    )
    // [task3_cnn-local_exponential_01/, ...]
    ch_attributed = ATTRIBUTE_SEQUENCES.out.attributed
        .flatMap { _networks, folders -> folders }
        .toSortedList { a, b -> a.name <=> b.name }

    // The networks of the tasks whose preset asks for insertions, with the number of null sequences
    nulls = filter_tasks(settings, preset).collectEntries { name, task -> [name, task.inserted ?: 0] }
    ch_explained = ch_trained
        .join(DESCRIBE_FILTERS.out.described)
        .map { networks, models, motif_task, folders -> [networks, models, motif_task, folders, nulls[networks[0].task]] }
        .filter { _networks, _models, _task, _folders, number -> number > 0 }
    INSERT_MOTIFS(ch_explained, motifs, settings.seed, device, code_version('insert_motifs.py'))
    // [task1_cnn-2_exponential_01/, ...]
    ch_inserted = INSERT_MOTIFS.out.inserted
        .flatMap { _networks, folders -> folders }
        .toSortedList { a, b -> a.name <=> b.name }
    COMPARE_FILTERS(
        ch_described,
        ch_attributed,
        ch_inserted,
        file("${folder}/grade_rule.json"),
        code_version('compare_filters.py'),
    )

    REPORT_FILTERS(
        COMPARE_FILTERS.out.tables.combine(COMPARE_FILTERS.out.grades),
        ch_described,
        ch_tasks.map { _name, motif_task -> motif_task }.toSortedList { a, b -> a.name <=> b.name },
        motifs,
        files("${projectDir}/assets/report/*").toSorted(),
        settings.run_name,
        code_version('report_filters.py'),
    )
    REPORT_FILTERS.out.outcome.view { outcome ->
        "${read_json(outcome).sentence} What to open first: ${settings.outdir}/filters.html"
    }

    tables = COMPARE_FILTERS.out.tables
    page   = REPORT_FILTERS.out.page

    emit:
    tables
    page
}
