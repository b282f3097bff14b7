// A label per nucleotide and strand, and the arcs of the genome for training, validation and test.
process LABEL {
    label 'process_single'

    input:
    path genome
    path genome_json
    path sites
    val label_shift      // nt
    val split            // '70/20/10' or 'ecoli_k12'
    val code

    output:
    path 'labels.safetensors', emit: labels
    path 'labels.json'       , emit: labels_json
    path 'split.tsv'         , emit: split
    path 'record.json'       , topic: records

    script:
    """
    # code ${code}
    label_genome.py --genome ${genome} --genome_json ${genome_json} --sites ${sites} \\
        --label_shift ${label_shift} --split ${split} --out .
    """

    stub:
    """
    # code ${code}
    touch labels.safetensors split.tsv
    echo '{}' | tee labels.json > record.json
    """
}
