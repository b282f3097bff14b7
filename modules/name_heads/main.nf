// What the logos of the heads are called: known elements at their places, motifs of databases, sites of known factors.
process NAME_HEADS {
    label 'process_single'

    input:
    path measured        // of the real network: logos.tsv, windows.tsv
    path model, stageAs: 'model'
    path labels_json
    path genome
    path genome_json
    path motifs, stageAs: 'motifs/*'    // databases, or []
    path tf_sites        // BED or GFF, or []
    path known           // known_elements.tsv
    val seed             // of the shuffled motifs and shifted sites
    val code

    output:
    path '{motif_matches,element_matches,site_enrichment}.tsv', emit: tables
    path 'record.json', topic: records

    script:
    def options = [motifs ? "--motifs ${motifs}" : '', tf_sites ? "--tf_sites ${tf_sites}" : ''].findAll().join(' ')
    """
    # code ${code}
    name_heads.py --pwms ${measured}/logos.tsv --windows ${measured}/windows.tsv --genome ${genome} \\
        --genome_json ${genome_json} --labels_json ${labels_json} --model ${model} --known ${known} ${options} --seed ${seed} --out .
    """

    stub:
    """
    # code ${code}
    touch {motif_matches,element_matches,site_enrichment}.tsv
    echo '{}' > record.json
    """
}
