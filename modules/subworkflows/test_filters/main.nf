include { code_version } from '../../functions/code_version'

include { ATTRIBUTE_SEQUENCES } from '../../attribute_sequences'
include { COMPARE_FILTERS     } from '../../compare_filters'
include { DESCRIBE_FILTERS    } from '../../describe_filters'
include { INSERT_MOTIFS       } from '../../insert_motifs'

// What the first filters of each network spell, what its output attributes to and gains from motifs, and the grades.
workflow TEST_FILTERS {
    take:
    settings     // [preset: 'tiny', seed: 1, ...]
    tasks        // [task1: [attributed: 60, inserted: 50, ...], ...]
    all          // [['task1', [[id: 'task1_cnn-2_relu_01', ...], ...], [batch_size: 25, ...]], ...]
    trained      // [[[id: 'task1_cnn-2_relu_01', ...], ...], [model/, ...], task1/]: in the order of the networks
    trainings    // [[[id: 'task1_cnn-2_relu_01', ...], ...], [training.json, ...]]
    motifs       // [JASPAR_CORE_2016_vertebrates.meme, ...]
    device       // 'auto', 'cpu' or 'cuda'

    main:
    DESCRIBE_FILTERS(trained, motifs, settings.seed, device, code_version('describe_filters.py'))

    // [task1_cnn-2_exponential_01/, task1_cnn-2_relu_01/, ...]
    described = DESCRIBE_FILTERS.out.described
        .flatMap { _networks, folders -> folders }
        .toSortedList { a, b -> a.name <=> b.name }

    // The networks of the tasks whose preset asks for attributions, and for how many sequences
    wanted = tasks.collectEntries { name, task -> [name, task.attributed ?: 0] }
    // ['task3', [training.json, ...]]: as soon as all networks of the task are trained
    groups       = all.countBy { name, _networks, _training -> name }
    ch_trainings = trainings
        .map { networks, files -> [groupKey(networks[0].task, groups[networks[0].task]), files] }
        .groupTuple()
        .map { name, files -> [name.toString(), files.flatten().toSorted { one -> one.parent.name }] }
    ch_attribution = trained
        .filter { networks, _models, _task -> wanted[networks[0].task] > 0 }
        .map { networks, models, motif_task -> [networks[0].task, networks, models, motif_task] }
        .combine(ch_trainings, by: 0)
        .map { _name, networks, models, motif_task, files -> [networks, models, motif_task, files] }
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
    nulls = tasks.collectEntries { name, task -> [name, task.inserted ?: 0] }
    ch_explained = trained
        .join(DESCRIBE_FILTERS.out.described)
        .map { networks, models, motif_task, folders -> [networks, models, motif_task, folders, nulls[networks[0].task]] }
        .filter { _networks, _models, _task, _folders, number -> number > 0 }
    INSERT_MOTIFS(ch_explained, motifs, settings.seed, device, code_version('insert_motifs.py'))
    // [task1_cnn-2_exponential_01/, ...]
    ch_inserted = INSERT_MOTIFS.out.inserted
        .flatMap { _networks, folders -> folders }
        .toSortedList { a, b -> a.name <=> b.name }
    COMPARE_FILTERS(
        described,
        ch_attributed,
        ch_inserted,
        file("${projectDir}/assets/filters/grade_rule.json"),
        code_version('compare_filters.py'),
    )

    tables = COMPARE_FILTERS.out.tables
    grades = COMPARE_FILTERS.out.grades

    emit:
    described
    tables
    grades
}
