// The network's output for every nucleotide of both strands.
process PREDICT {
    label 'process_medium'
    label 'process_gpu'

    input:
    path genome
    path genome_json
    path model, stageAs: 'model'
    val batch            // stretches of genome at once; halved when the GPU's memory was too small
    val device           // 'auto', 'cpu' or 'cuda'
    val code

    output:
    path 'outputs.safetensors', emit: outputs
    path 'output.plus.bw'     , emit: plus
    path 'output.minus.bw'    , emit: minus
    path 'record.json'        , topic: records

    script:
    def fitting_batch = Math.max(1, batch.intdiv(2 ** (task.attempt - 1)))
    """
    # code ${code}
    predict_genome.py --genome ${genome} --genome_json ${genome_json} --model ${model} --threads ${task.cpus} \\
        --device ${device} --batch ${fitting_batch} --out .
    """

    stub:
    """
    # code ${code}
    touch outputs.safetensors output.plus.bw output.minus.bw
    echo '{}' > record.json
    """
}
