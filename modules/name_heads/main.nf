// Names for the logos of the heads: known elements at their places, motifs of databases, sites of known factors.
process NAME_HEADS {
    label 'process_single'

    input:
    path measured           // folder measured/curated of MEASURE_HEADS
    path genome
    path genome_json
    path motifs, stageAs: 'motifs/*'    // motif databases, or []
    path tf_sites           // BED or GFF, or []
    path elements           // known_elements.tsv
    path known_sequences    // known_sequences.tsv
    val seed                // of the shuffled motifs and shifted sites
    val code

    output:
    path '{motif_matches,element_matches,site_enrichment}.tsv', emit: tables
    path 'record.json', topic: records

    script:
    def options = [motifs ? "--motifs ${motifs}" : '', tf_sites ? "--tf_sites ${tf_sites}" : ''].findAll().join(' ')
    """
    # code ${code}
    name_heads.py --measured ${measured} --genome ${genome} --genome_json ${genome_json} --elements ${elements} \\
        --known_sequences ${known_sequences} ${options} --seed ${seed} --out .
    """

    stub:
    """
    # code ${code}
    touch {motif_matches,element_matches,site_enrichment}.tsv
    echo '{}' > record.json
    """
}
