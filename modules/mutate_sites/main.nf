// Which bases the output at sites of the test arc depends on: all single substitutions, deletions, and how far the
// network sees.
process MUTATE_SITES {
    tag "${network.id}"
    label 'process_medium'
    label 'process_gpu'

    input:
    // [id: 'curated', seed: 1], model/, ['L1_H2', ...] or [] for all heads
    tuple val(network), path(model, stageAs: 'model'), val(heads)
    path labels
    path labels_json
    path split
    path genome
    path genome_json
    val sites            // number of sites
    val seed             // of the choice of sites and of the random mutants
    val device           // 'auto', 'cpu' or 'cuda'
    val code

    output:
    tuple val(network), path("${network.id}/{ism,deletion,receptive_field}*"), emit: tables
    path 'record.json', topic: records

    script:
    def chosen = heads ? "--heads ${heads.join(' ')}" : ''
    """
    # code ${code}
    mutate_sites.py --genome ${genome} --genome_json ${genome_json} --model ${model} --labels ${labels} \\
        --labels_json ${labels_json} --split ${split} --rotate ${network.rotate ?: 0} ${chosen} --sites ${sites} \\
        --seed ${seed} --threads ${task.cpus} --device ${device} --out ${network.id} --tag ${network.id}
    """

    stub:
    """
    # code ${code}
    mkdir ${network.id}
    touch ${network.id}/ism.tsv.gz ${network.id}/{ism_profile,ism_heads,deletion,deletion_heads}.tsv
    echo '{}' | tee ${network.id}/receptive_field.json > record.json
    """
}
