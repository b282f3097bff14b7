include { is_main } from '../functions/networks'

// A network's output for every nucleotide of both strands of one shard of the genome, and, for the main network, where
// its heads look.
process PREDICT {
    tag "${meta.id}:${shard}"
    label 'process_medium'
    label 'process_gpu'

    input:
    tuple val(meta), path(model, stageAs: 'model'), val(shard)    // [id: 'curated'], model/, 1
    path genome
    path genome_json
    val shards           // number of shards
    val seed             // of the random sample of positions
    val batch            // pieces of the genome at once; halved at each retry
    val device           // 'auto', 'cpu' or 'cuda'
    val code

    output:
    tuple val(meta), path("shard_${shard}"), emit: shard
    path 'record.json', topic: records

    script:
    def fitting_batch = Math.max(1, batch.intdiv(2 ** (task.attempt - 1)))
    def profile = is_main(meta) ? '--profile' : ''
    """
    # code ${code}
    predict_genome.py --genome ${genome} --genome_json ${genome_json} --model ${model} \\
        --shard ${shard} --shards ${shards} ${profile} --seed ${seed} --threads ${task.cpus} \\
        --device ${device} --batch ${fitting_batch} --out shard_${shard} --tag ${task.tag}
    """

    stub:
    """
    # code ${code}
    mkdir shard_${shard}
    echo '{}' > record.json
    """
}
