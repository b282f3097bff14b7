// What a network loses without each of its heads, and without pairs of the strongest ones, on the test arc.
process KNOCK_OUT_HEADS {
    tag "${network.id}"
    label 'process_medium'
    label 'process_gpu'

    input:
    tuple val(network), path(model, stageAs: 'model'), val(heads)    // [id: 'curated'], model/, ['L1_H2', ...] or [] for all and their pairs
    path labels
    path split
    path genome
    path genome_json
    val pairs            // of so many heads
    val seed             // of the bootstrap
    val device           // 'auto', 'cpu' or 'cuda'
    val code

    output:
    tuple val(network), path("${network.id}/knockout*"), emit: tables
    path 'record.json', topic: records

    script:
    def chosen = heads ? "--heads ${heads.join(' ')} --pairs 0" : "--pairs ${pairs}"
    """
    # code ${code}
    knock_out_heads.py --genome ${genome} --genome_json ${genome_json} --model ${model} --labels ${labels} --split ${split} \\
        --rotate ${network.rotate ?: 0} ${chosen} --seed ${seed} --threads ${task.cpus} --device ${device} \\
        --out ${network.id} --tag ${network.id}
    """

    stub:
    """
    # code ${code}
    mkdir ${network.id}
    touch ${network.id}/knockout.tsv ${network.id}/knockout_pairs.tsv
    echo '{}' | tee ${network.id}/knockout.json > record.json
    """
}
