// Means over the trials of each network and activation, with their controls beside them, and grades of all filters.
process COMPARE_FILTERS {
    label 'process_single'

    input:
    path networks, stageAs: 'networks/*'        // folders of DESCRIBE_FILTERS: task1_cnn-2_relu_01 ...
    path attributed, stageAs: 'attributed/*'    // folders of ATTRIBUTE_SEQUENCES: task3_cnn-local_relu_01 ..., or []
    path inserted, stageAs: 'inserted/*'        // folders of INSERT_MOTIFS, or []
    path rule                                   // grade_rule.json of the filters
    val code

    output:
    path '*.tsv', emit: tables
    path 'grades.json', emit: grades
    path 'record.json', topic: records

    script:
    def maps = attributed ? "--attributed ${attributed}" : ''
    def insertions = inserted ? "--inserted ${inserted}" : ''
    """
    # code ${code}
    compare_filters.py --networks ${networks} ${maps} ${insertions} --rule ${rule}
    """

    stub:
    """
    # code ${code}
    touch {networks,summary,attribution,elements,replicates,grades,grade_counts}.tsv
    touch {importance,motif_pairs,motif_sets,rules}.tsv
    echo '{}' > grades.json
    echo '{}' > record.json
    """
}
