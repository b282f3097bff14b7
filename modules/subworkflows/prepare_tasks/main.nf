include { code_version } from '../../functions/code_version'
include { filter_tasks ; sequence_settings } from '../../functions/filter_networks'
include { existing } from '../../functions/parameters'

include { CURATE_SITES   } from '../curate_sites'
include { READ_SEQUENCES } from '../../read_sequences'
include { SIMULATE_TASK  } from '../../simulate_task'

// What networks of mode filters learn from: simulated tasks, a user's own sequences, or windows around curated sites.
workflow PREPARE_TASKS {
    take:
    given       // [preset: 'tiny', seed: 1, motifs: null, ...]: with wrong values, for the check to report
    settings    // the same with defaults in place of wrong values
    schema      // nextflow_schema.json
    preset      // [tasks: [task1: [number: '1', ...], ...], sequences: [...], ...]
    motifs      // [JASPAR_CORE_2016_vertebrates.meme, ...]
    factors     // factors.tsv
    checked     // settings of the run, once they are checked

    main:
    // ['task1', [number: '1', sequences: 8600, length: 200, decoys: null]]: each simulated task
    ch_wanted = checked.flatMap { _checked ->
        filter_tasks(settings, preset).collect { name, task ->
            [name, task.subMap(['number', 'sequences', 'length', 'decoys'])]
        }
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
    if (settings.input) {
        // The input check waits for the schema, so that faults of this mode are reported first and only once.
        unset = [simulate: false]
        CURATE_SITES(given + unset, settings + unset, checked.map { _checked -> schema })
        ch_own         = CURATE_SITES.out.sites.map { bed -> [[id: 'sites'], [], bed, []] }
        ch_genome      = CURATE_SITES.out.genome
        ch_genome_json = CURATE_SITES.out.genome_json
    }
    else {
        ch_own = ch_wanted
            .filter { name, _task -> name == 'sequences' }
            .map { name, _task -> [[id: name], existing(settings.positives), [], existing(settings.hdf5)] }
        ch_genome      = existing(settings.genome)
        ch_genome_json = []
    }
    READ_SEQUENCES(
        ch_own,
        existing(settings.negatives),
        existing(settings.classes),
        ch_genome,
        ch_genome_json,
        file("${projectDir}/assets/cut_points.tsv"),
        sequence_settings(settings),
        code_version('read_sequences.py'),
    )
    // ['task1', task1/]
    tasks = SIMULATE_TASK.out.task.mix(READ_SEQUENCES.out.tasks.map { meta, found -> [meta.id, found] })

    emit:
    tasks
}
