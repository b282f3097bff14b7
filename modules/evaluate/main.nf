// How well the outputs find the labelled sites of the test arc.
process EVALUATE {
    label 'process_single'

    input:
    path outputs
    path labels
    path labels_json
    path split
    path sites
    val code

    output:
    path 'metrics.json', emit: metrics
    path 'metrics.tsv' , emit: metrics_table
    path 'curves.tsv'  , emit: curves
    path 'calls.bed'   , emit: calls
    path 'record.json' , topic: records

    script:
    """
    # code ${code}
    evaluate_model.py --outputs ${outputs} --labels ${labels} --labels_json ${labels_json} --split ${split} \\
        --sites ${sites} --out .
    """

    stub:
    """
    # code ${code}
    touch metrics.tsv curves.tsv calls.bed
    echo '{}' | tee metrics.json > record.json
    """
}
