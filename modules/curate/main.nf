// Merges the sites of all sets and keeps those that enough sets support.
process CURATE {
    label 'process_single'

    input:
    path beds            // a.bed b.bed c.bed
    path audits          // a.audit.json b.audit.json c.audit.json
    path genome_json
    path sets            // sets.json: weight and priority of each set
    val rule             // 'single_linkage' or 'greedy'
    val max_distance     // nt
    val min_support      // minimum sum of the weights of the sets at a site
    val code

    output:
    path 'sites.bed'                 , emit: sites
    path 'rejected.bed'              , emit: rejected
    path 'sets.tsv'                  , emit: sets
    path 'overlap.tsv'               , emit: overlap
    path 'overlap.png'               , emit: overlap_png
    path 'overlap.svg'               , emit: overlap_svg
    path 'distances.tsv'             , emit: distances
    path 'distances.png'             , emit: distances_png
    path 'distances.svg'             , emit: distances_svg
    path 'curation.json'             , emit: curation
    path 'record.json'               , topic: records

    script:
    """
    # code ${code}
    curate_sites.py --sites ${beds} --audits ${audits} --genome_json ${genome_json} --sets ${sets} --rule ${rule} \\
        --max_distance ${max_distance} --min_support ${min_support} --out .
    """

    stub:
    """
    # code ${code}
    touch sites.bed rejected.bed sets.tsv overlap.tsv overlap.png overlap.svg distances.tsv distances.png distances.svg
    echo '{}' | tee curation.json > record.json
    """
}
