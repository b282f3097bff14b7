// Sequences with planted motifs and the truth about each base: task 1 or 3 of Koo & Ploenzke 2021.
process SIMULATE_TASK {
    tag "${name}"
    label 'process_single'

    input:
    tuple val(name), val(settings)    // 'task1', [number: '1', sequences: 8600, length: 200, decoys: null]
    path motifs                       // databases: MEME, TRANSFAC or JASPAR
    path factors                      // TSV: factor, motifs, tasks
    val seed
    val code

    output:
    tuple val(name), path("${name}"), emit: task
    path 'record.json', topic: records

    script:
    def decoys = settings.decoys ? "--decoys ${settings.decoys}" : ''
    """
    # code ${code}
    simulate_task.py --task ${settings.number} --motifs ${motifs} --factors ${factors} \\
        --sequences ${settings.sequences} --length ${settings.length} ${decoys} --seed ${seed} --out ${name}
    """

    stub:
    """
    # code ${code}
    mkdir ${name}
    touch ${name}/task.safetensors ${name}/planted.tsv
    echo '{}' | tee ${name}/task.json > record.json
    """
}
