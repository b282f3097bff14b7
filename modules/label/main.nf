// A label for each nucleotide and strand, and the arcs of the genome for training, validation and test.
process LABEL {
    tag "${meta.id}"
    label 'process_single'

    input:
    // [id: 'curated'], sites.bed, [a.bed, b.bed] or [] without auxiliary outputs;
    // [id: 'a'], a.bed, [] for a network that is trained on one set alone
    tuple val(meta), path(sites), path(sets, stageAs: 'sets/*')
    path genome
    path genome_json
    val label_shift      // nt
    val split            // '70/20/10' or 'ecoli_k12'
    path cut_points      // cut_points.tsv
    val code

    output:
    tuple val(meta), path("${meta.id}/labels.safetensors"), path("${meta.id}/labels.json"),
        path("${meta.id}/split.tsv"), emit: labels
    tuple val(meta), path("${meta.id}/auxiliary.safetensors"), emit: auxiliary, optional: true
    path 'record.json', topic: records

    script:
    def own = sets ? "--sets ${sets}" : ''
    """
    # code ${code}
    label_genome.py --genome ${genome} --genome_json ${genome_json} --sites ${sites} ${own} \\
        --label_shift ${label_shift} --split ${split} --cut_points ${cut_points} --out ${meta.id}
    """

    stub:
    """
    # code ${code}
    mkdir ${meta.id}
    touch ${meta.id}/labels.safetensors ${meta.id}/split.tsv ${sets ? "${meta.id}/auxiliary.safetensors" : ''}
    echo '{}' | tee ${meta.id}/labels.json > record.json
    """
}
