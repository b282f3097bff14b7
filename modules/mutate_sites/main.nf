// What the output at sites of the test arc needs: all single substitutions, deletions, and how far the network sees.
process MUTATE_SITES {
    label 'process_medium'
    label 'process_gpu'

    input:
    path model, stageAs: 'model'
    path labels
    path labels_json
    path split
    path genome
    path genome_json
    val sites            // how many
    val seed             // of their choice, and of what is drawn
    val device           // 'auto', 'cpu' or 'cuda'
    val code

    output:
    path '{ism,deletion,receptive_field}*', emit: tables
    path 'record.json', topic: records

    script:
    """
    # code ${code}
    mutate_sites.py --genome ${genome} --genome_json ${genome_json} --model ${model} --labels ${labels} \\
        --labels_json ${labels_json} --split ${split} --sites ${sites} --seed ${seed} --threads ${task.cpus} \\
        --device ${device} --out .
    """

    stub:
    """
    # code ${code}
    touch ism.tsv.gz {ism_profile,ism_heads,deletion,deletion_heads}.tsv
    echo '{}' | tee receptive_field.json > record.json
    """
}
