// The network's output for every nucleotide of both strands.
process PREDICT {
    tag "${meta.id}"
    label 'process_medium'
    label 'process_gpu'

    input:
    tuple val(meta), path(model, stageAs: 'model')    // [id: 'curated'], model/
    path genome
    path genome_json
    val batch            // stretches of genome at once; halved when the GPU's memory was too small
    val device           // 'auto', 'cpu' or 'cuda'
    val code

    output:
    tuple val(meta), path("${meta.id}/outputs.safetensors"), emit: outputs
    tuple val(meta), path("${meta.id}/output.{plus,minus}.bw"), emit: tracks
    path 'record.json', topic: records

    script:
    def fitting_batch = Math.max(1, batch.intdiv(2 ** (task.attempt - 1)))
    """
    # code ${code}
    predict_genome.py --genome ${genome} --genome_json ${genome_json} --model ${model} --threads ${task.cpus} \\
        --device ${device} --batch ${fitting_batch} --out ${meta.id}
    """

    stub:
    """
    # code ${code}
    mkdir ${meta.id}
    touch ${meta.id}/outputs.safetensors ${meta.id}/output.plus.bw ${meta.id}/output.minus.bw
    echo '{}' > record.json
    """
}
