// The comparisons of all networks with all sets as one table and as heat maps.
process GRID {
    label 'process_single'

    input:
    path grids    // curated.grid.tsv a.grid.tsv ...
    val code

    output:
    path 'grid.tsv'   , emit: table
    path 'grid.png'   , emit: png
    path 'grid.svg'   , emit: svg
    path 'record.json', topic: records

    script:
    """
    # code ${code}
    plot_grid.py --grids ${grids} --out .
    """

    stub:
    """
    # code ${code}
    touch grid.tsv grid.png grid.svg
    echo '{}' > record.json
    """
}
