// What the network loses without each head, and without pairs of the strongest ones, on the test arc.
process KNOCK_OUT_HEADS {
    label 'process_medium'
    label 'process_gpu'

    input:
    path model, stageAs: 'model'
    path labels
    path split
    path genome
    path genome_json
    val pairs            // of so many heads
    val seed             // of the bootstrap
    val device           // 'auto', 'cpu' or 'cuda'
    val code

    output:
    path 'knockout*'  , emit: tables
    path 'record.json', topic: records

    script:
    """
    # code ${code}
    knock_out_heads.py --genome ${genome} --genome_json ${genome_json} --model ${model} --labels ${labels} --split ${split} \\
        --pairs ${pairs} --seed ${seed} --threads ${task.cpus} --device ${device} --out .
    """

    stub:
    """
    # code ${code}
    touch knockout.tsv knockout_pairs.tsv
    echo '{}' | tee knockout.json > record.json
    """
}
