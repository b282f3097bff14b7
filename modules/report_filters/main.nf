include { quoted } from '../functions/parameters'

// The page on the filters: outcome, tables, accuracy beside the share of filters that match, and a gallery.
process REPORT_FILTERS {
    label 'process_single'

    input:
    path tables                            // all of COMPARE_FILTERS: networks.tsv summary.tsv ... grades.json
    path networks, stageAs: 'networks/*'   // folders of DESCRIBE_FILTERS
    path tasks                             // task1 task3
    path motifs                            // databases: MEME, TRANSFAC or JASPAR
    path templates, stageAs: 'templates/*' // base.html base.css ...: all of assets/report
    val run_name
    val code

    output:
    path 'outcome.json', emit: outcome
    path 'filters.html', emit: page

    script:
    """
    # code ${code}
    report_filters.py --networks ${networks} --tasks ${tasks} --motifs ${motifs} --templates templates \\
        --run_name ${quoted(run_name)}
    """

    stub:
    """
    # code ${code}
    echo '{"sentence": "A stub run computes nothing."}' > outcome.json
    touch filters.html
    """
}
