include { code_version } from '../../functions/code_version'
include { existing ; portable ; read_json } from '../../functions/parameters'
include { row_files ; run_sources ; to_fetch ; with_fetched } from '../../functions/sources'

include { AUDIT        } from '../../audit'
include { CHECK_INPUTS } from '../../check_inputs'
include { CURATE       } from '../../curate'
include { FETCH        } from '../../fetch'
include { HARMONISE    } from '../../harmonise'
include { SIMULATE     } from '../../simulate'

// From what the user names to the sites that enough sets support, on a genome that was checked.
workflow CURATE_SITES {
    take:
    given       // [preset: 'tiny', seed: 1, window: null, ...]: with wrong values, for the check to report
    settings    // the same with defaults in place of wrong values
    schema      // nextflow_schema.json

    main:
    known_sequences = file("${projectDir}/assets/known_sequences.tsv")

    // [tss_sets.csv, genome, annotation]: files, addresses to fetch, or [] for one that is missing
    if (settings.simulate) {
        SIMULATE(settings.findAll { name, _value -> name.startsWith('sim_') }, code_version('simulate_genome.py'))
        ch_inputs = SIMULATE.out.inputs
    }
    else {
        ch_inputs = channel.value([existing(settings.input), settings.genome ?: [], settings.annotation ?: []])
    }

    // [[role: 'set', row: 1, part: 1, source: 'a.bed', sha256: '', path: /data/a.bed], ...]
    ch_named = ch_inputs.map { sheet, fasta, gff -> run_sources(sheet, fasta, gff, settings.source_dir) }

    // ['https://example.org/a.bed', 'set', 'ab12...', a.bed, provenance.json]
    FETCH(ch_named.flatMap { sources -> to_fetch(sources) }, code_version('fetch_source.py'))

    // [[role: 'set', ..., path: /data/a.bed, provenance: provenance.json], ...]
    ch_sources = ch_named.toList()
        .combine(FETCH.out.file.toList().toList())
        .map { sources, fetched -> with_fetched(sources, fetched) }
        .first()

    CHECK_INPUTS(
        ch_inputs.map { sheet, _fasta, _annotation -> sheet },
        ch_sources,
        ch_sources.map { sources -> sources.collect { source -> source.path }.findAll() },
        ch_sources.map { sources -> sources.collect { source -> source.provenance }.findAll() },
        portable(given),
        schema,
        known_sequences,
        file("${projectDir}/assets/cut_points.tsv"),
        code_version('check_inputs.py'),
    )
    genome      = CHECK_INPUTS.out.genome
    genome_json = CHECK_INPUTS.out.genome_json

    // [[id: 'a', format: 'smrt', settings: [...]], [M9.tsv, Rich.tsv], [U00096.2.fna]]: each set, its files, and the
    // assembly that its positions are on ([] for the run's own genome)
    ch_sets = CHECK_INPUTS.out.sets
        .combine(ch_sources.toList())
        .flatMap { sets, sources -> read_json(sets).collect { set -> set_to_harmonise(set, sources) } }
    HARMONISE(ch_sets, genome, genome_json, known_sequences, code_version('harmonise_sites.py'))

    // [a.bed, b.bed, ...]
    ch_beds = HARMONISE.out.bed
        .map { _meta, bed -> bed }
        .toSortedList { a, b -> a.name <=> b.name }
    // [a.harmonised.json, b.harmonised.json, ...]
    ch_harmonised = HARMONISE.out.harmonised
        .map { _meta, found -> found }
        .toSortedList { a, b -> a.name <=> b.name }
    // [U00096.2.fna, ...]
    ch_assemblies = ch_sets
        .flatMap { _meta, _files, assembly -> assembly }
        .unique()
        .toSortedList { a, b -> "${a}" <=> "${b}" }
    AUDIT(
        ch_beds, ch_harmonised, genome, genome_json, ch_assemblies, known_sequences, code_version('audit_sets.py')
    )

    CURATE(
        ch_beds,
        AUDIT.out.audits,
        genome_json,
        CHECK_INPUTS.out.sets,
        settings.curation_rule,
        settings.max_distance,
        settings.min_support,
        code_version('curate_sites.py'),
    )

    // [[id: 'a', ...], a.bed]
    beds   = HARMONISE.out.bed
    // [a.audit.json, b.audit.json, ...]
    audits = AUDIT.out.audits
    // sites.bed: BED6, support, sets
    sites  = CURATE.out.sites
    // params.json, sources.json, ...: for the report
    facts  = CHECK_INPUTS.out.settings.mix(
        CHECK_INPUTS.out.sources,
        genome,
        genome_json,
        AUDIT.out.table,
        AUDIT.out.png,
        CURATE.out.sites,
        CURATE.out.curation,
        CURATE.out.sets,
        CURATE.out.overlap,
        CURATE.out.overlap_png,
        CURATE.out.distances,
        CURATE.out.distances_png,
    )

    emit:
    genome
    genome_json
    beds
    audits
    sites
    facts
}

// An entry of sets.json and the sources of the run -> [[id: 'a', format: 'smrt', settings: [...]], [files], [assembly]]
def set_to_harmonise(set, sources) {
    def meta = [id: set.set, format: set.format, settings: set.subMap(['options', 'contig_alias', 'coordinate_fix'])]
    return [meta, row_files(sources, set.row, 'set'), set.assembly ? row_files(sources, set.row, 'assembly') : []]
}
