// The shards' outputs as one file and as bigWig tracks.
process JOIN_OUTPUTS {
    tag "${meta.id}"
    label 'process_single'

    input:
    tuple val(meta), path(model, stageAs: 'model'), path(shards)    // [id: 'curated'], model/, [shard_1, shard_2]
    path genome
    path genome_json
    val code

    output:
    tuple val(meta), path("${meta.id}/outputs.safetensors"), emit: outputs
    tuple val(meta), path("${meta.id}/output.{plus,minus}.bw"), emit: tracks
    path 'record.json', topic: records

    script:
    """
    # code ${code}
    join_outputs.py --genome ${genome} --genome_json ${genome_json} --model ${model} --shards ${shards} --out ${meta.id}
    """

    stub:
    """
    # code ${code}
    mkdir ${meta.id}
    touch ${meta.id}/outputs.safetensors ${meta.id}/output.plus.bw ${meta.id}/output.minus.bw
    echo '{}' > record.json
    """
}
