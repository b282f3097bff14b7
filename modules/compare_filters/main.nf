// Means over the trials of each network and activation, with their controls beside them.
process COMPARE_FILTERS {
    label 'process_single'

    input:
    path networks    // folders of DESCRIBE_FILTERS: task1_cnn-2_relu_01 task1_cnn-2_relu_untrained_01 ...
    val code

    output:
    path '{networks,summary}.tsv', emit: tables
    path 'record.json', topic: records

    script:
    """
    # code ${code}
    compare_filters.py --networks ${networks}
    """

    stub:
    """
    # code ${code}
    touch networks.tsv summary.tsv
    echo '{}' > record.json
    """
}
