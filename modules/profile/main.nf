// Where each head looks on the whole genome: attention per distance, and the windows that each head scores highest.
process PROFILE {
    label 'process_medium'

    input:
    path genome
    path genome_json
    path model, stageAs: 'model'
    path shards          // shard_1 shard_2 ... of PREDICT
    val distances        // '30,31' or '': distances whose best windows are listed besides those of the peaks
    val code

    output:
    path 'profile.safetensors', emit: profile
    path 'profile.json'       , emit: profile_json
    path 'windows.tsv'        , emit: windows
    path 'record.json'        , topic: records

    script:
    """
    # code ${code}
    profile_attention.py --genome ${genome} --genome_json ${genome_json} --model ${model} --shards ${shards} \\
        --distances '${distances}' --threads ${task.cpus} --device cpu --out .
    """

    stub:
    """
    # code ${code}
    touch profile.safetensors windows.tsv
    echo '{}' | tee profile.json > record.json
    """
}
