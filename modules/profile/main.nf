// Where each head looks over the test arc: attention per distance, and the windows that each head scores highest.
process PROFILE {
    label 'process_medium'
    label 'process_gpu'

    input:
    path genome
    path genome_json
    path model, stageAs: 'model'
    path outputs
    path split
    val seed
    val batch            // stretches of genome at once; halved when the GPU's memory was too small
    val device           // 'auto', 'cpu' or 'cuda'
    val code

    output:
    path 'profile.safetensors', emit: profile
    path 'profile.json'       , emit: profile_json
    path 'windows.tsv'        , emit: windows
    path 'record.json'        , topic: records

    script:
    def fitting_batch = Math.max(1, batch.intdiv(2 ** (task.attempt - 1)))
    """
    # code ${code}
    profile_attention.py --genome ${genome} --genome_json ${genome_json} --model ${model} --outputs ${outputs} \\
        --split ${split} --arc test --seed ${seed} --threads ${task.cpus} --device ${device} --batch ${fitting_batch} --out .
    """

    stub:
    """
    # code ${code}
    touch profile.safetensors windows.tsv
    echo '{}' | tee profile.json > record.json
    """
}
