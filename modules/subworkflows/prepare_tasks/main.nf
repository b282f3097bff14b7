include { code_version } from '../../functions/code_version'
include { existing } from '../../functions/parameters'

include { READ_SEQUENCES } from '../../read_sequences'
include { SIMULATE_TASK  } from '../../simulate_task'

// What networks of mode filters learn from: simulated tasks, a user's own sequences, or windows around curated sites.
workflow PREPARE_TASKS {
    take:
    settings       // [seed: 1, positives: null, ...]
    wanted         // [task1: [number: '1', sequences: 8600, length: 200, ...], ...]
    reading        // [background: 'genome', split: '70/20/10', seed: 1, ...]: settings of READ_SEQUENCES
    motifs         // [JASPAR_CORE_2016_vertebrates.meme, ...]
    factors        // factors.tsv
    checked        // settings of the run, once they are checked
    sites          // sites.bed, with --input
    genome         // genome.fna, with --input
    genome_json    // genome.json, with --input

    main:
    // ['task1', [number: '1', sequences: 8600, length: 200, decoys: null]]: each simulated task
    ch_wanted = checked.flatMap { _checked ->
        wanted.collect { name, task -> [name, task.subMap(['number', 'sequences', 'length', 'decoys'])] }
    }
    SIMULATE_TASK(
        ch_wanted.filter { _name, task -> task.number },
        motifs,
        factors,
        settings.seed,
        code_version('simulate_task.py'),
    )
    // [[id: 'sequences'], peaks.fa or [], [], task.h5 or []]: the user's own sequences, or
    // [[id: 'sites'], [], sites.bed, []]: curated sites, on a genome that was checked
    ch_own = ch_wanted
        .filter { name, _task -> name == 'sequences' }
        .map { name, _task -> [[id: name], existing(settings.positives), [], existing(settings.hdf5)] }
        .mix(sites.map { bed -> [[id: 'sites'], [], bed, []] })
    READ_SEQUENCES(
        ch_own,
        existing(settings.negatives),
        existing(settings.classes),
        settings.input ? genome : existing(settings.genome),
        settings.input ? genome_json : [],
        file("${projectDir}/assets/cut_points.tsv"),
        reading,
        code_version('read_sequences.py'),
    )
    // ['task1', task1/]
    tasks = SIMULATE_TASK.out.task.mix(READ_SEQUENCES.out.tasks.map { meta, found -> [meta.id, found] })

    emit:
    tasks
}
