// One head: its profile, the logo of its best windows, and whether the output rises with its attention.
process DESCRIBE_HEAD {
    tag "L${layer}_H${head}"
    label 'process_single'

    input:
    tuple val(layer), val(head)      // 1-based
    path profile
    path profile_json
    path windows
    path genome
    path genome_json
    path sites
    path elements
    val code

    output:
    path "L${layer}_H${head}", emit: folder
    path 'record.json'       , topic: records

    script:
    """
    # code ${code}
    describe_head.py --layer ${layer} --head ${head} --profile ${profile} --profile_json ${profile_json} \\
        --windows ${windows} --genome ${genome} --genome_json ${genome_json} --sites ${sites} --elements ${elements} \\
        --out L${layer}_H${head}
    """

    stub:
    """
    # code ${code}
    mkdir L${layer}_H${head} && cd L${layer}_H${head}
    touch profile.tsv spearman.tsv windows.bed pwm.tsv pwm.meme {profile,logo,spearman}.{png,svg}
    echo '{}' | tee head.json > ../record.json
    """
}
