// Sequences with planted motifs and the truth about each base: task 1 or 3 of Koo & Ploenzke 2021.
process SIMULATE_TASK {
    tag "task${task_number}"
    label 'process_single'

    input:
    tuple val(task_number), val(settings)    // '1', [sequences: 8600, length: 200, decoys: null]
    path motifs                              // database: MEME, TRANSFAC or JASPAR
    path classes                             // TSV: class, motifs, tasks
    val seed
    val code

    output:
    tuple val(task_number), path("task${task_number}"), emit: task
    path 'record.json', topic: records

    script:
    def decoys = settings.decoys ? "--decoys ${settings.decoys}" : ''
    """
    # code ${code}
    simulate_task.py --task ${task_number} --motifs ${motifs} --classes ${classes} --sequences ${settings.sequences} \\
        --length ${settings.length} ${decoys} --seed ${seed} --out task${task_number}
    """

    stub:
    """
    # code ${code}
    mkdir task${task_number}
    touch task${task_number}/task.safetensors task${task_number}/planted.tsv
    echo '{}' | tee task${task_number}/task.json > record.json
    """
}
