include { quoted } from '../functions/parameters'

// Downloads one source (http, https, ftp, accession:...), checks the file, and records its provenance.
process FETCH {
    tag "${kind} ${public_source(source)}"
    label 'process_single'
    // NCBI allows three requests a second.
    maxForks 4

    input:
    tuple val(source), val(kind), val(sha256)    // 'https://.../a.gtf.gz', 'set', '3f9c...' or ''
    val code

    output:
    tuple val(source), val(kind), val(sha256), path('fetched/*'), path('provenance.json'), emit: file
    path 'record.json', topic: records

    script:
    def checksum = sha256 ? "--sha256 ${quoted(sha256)}" : ''
    """
    # code ${code}
    fetch_source.py --source ${quoted(source)} --kind ${kind} ${checksum} --out fetched --provenance provenance.json
    """

    stub:
    """
    # code ${code}
    mkdir fetched
    touch fetched/stub
    echo '{}' | tee provenance.json > record.json
    """
}

// 'https://me:word@host/a.gtf?token=x' -> 'https://host/a.gtf'
def public_source(source) {
    return source.toString().replaceAll('//[^/@]*@', '//').replaceAll('[?#].*', '')
}
