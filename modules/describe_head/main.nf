// One head or several: its profile, the logo of its best windows, and whether the output rises with its attention.
process DESCRIBE_HEAD {
    tag "${heads.size() == 1 ? heads[0] : heads[0] + ' to ' + heads[-1]}"
    label 'process_single'
    label 'process_array'

    input:
    val heads            // ['L1_H1', 'L1_H2']
    path profile
    path profile_json
    path windows
    path genome
    path genome_json
    path sites
    path elements
    val code

    output:
    path 'L*_H*', arity: '1..*', emit: folders
    path 'record.json', topic: records

    script:
    """
    # code ${code}
    describe_head.py --heads ${heads.join(' ')} --profile ${profile} --profile_json ${profile_json} \\
        --windows ${windows} --genome ${genome} --genome_json ${genome_json} --sites ${sites} --elements ${elements} \\
        --out .
    """

    stub:
    """
    # code ${code}
    for head in ${heads.join(' ')}; do
        mkdir \$head
        touch \$head/{profile,spearman,pwm}.tsv \$head/windows.bed \$head/pwm.meme
        touch \$head/{profile,logo,spearman}.{png,svg}
        echo '{}' | tee \$head/head.json > record.json
    done
    """
}
