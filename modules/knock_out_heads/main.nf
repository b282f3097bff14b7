// What a network loses on the test arc without each of its heads, and without each pair of its strongest heads.
process KNOCK_OUT_HEADS {
    tag "${network.id}"
    label 'process_medium'
    label 'process_gpu'

    input:
    // [id: 'curated', seed: 1], model/, ['L1_H2', ...] or [] for all heads and their pairs
    tuple val(network), path(model, stageAs: 'model'), val(heads)
    path labels
    path split
    path genome
    path genome_json
    val pairs            // number of strongest heads whose pairs are knocked out
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
    knock_out_heads.py --genome ${genome} --genome_json ${genome_json} --model ${model} --labels ${labels} \\
        --split ${split} --rotate ${network.rotate ?: 0} ${chosen} --seed ${seed} \\
        --threads ${task.cpus} --device ${device} --out ${network.id} --tag ${network.id}
    """

    stub:
    """
    # code ${code}
    mkdir ${network.id}
    touch ${network.id}/knockout.tsv ${network.id}/knockout_pairs.tsv
    echo '{}' | tee ${network.id}/knockout.json > record.json
    """
}
