include { code_version } from '../functions/code_version'
include { existing ; portable ; read_json } from '../functions/parameters'
include { row_files ; run_sources ; to_fetch ; with_fetched } from '../functions/sources'

include { SIMULATE     } from '../simulate'
include { FETCH        } from '../fetch'
include { CHECK_INPUTS } from '../check_inputs'
include { HARMONISE    } from '../harmonise'
include { AUDIT        } from '../audit'
include { CURATE       } from '../curate'

// From what the user names to the sites that enough sets support, on a genome that was checked.
workflow CURATED_SITES {
    take:
    settings    // [preset: 'tiny', seed: 1, window: null, ...]
    schema      // nextflow_schema.json

    main:
    // [tss_sets.csv, genome, annotation]: files, addresses to fetch, or [] for one that is missing
    if (settings.simulate) {
        SIMULATE(settings.findAll { name, _value -> name.startsWith('sim_') }, code_version('simulate_genome.py'))
        ch_inputs = SIMULATE.out.inputs
    }
    else {
        ch_inputs = channel.value([existing(settings.input), settings.genome ?: [], settings.annotation ?: []])
    }
    // [[role: 'set', row: 1, part: 1, source: 'a.bed', sha256: '', path: /data/a.bed], ...]
    ch_named = ch_inputs.map { sheet, fasta, annotation -> run_sources(sheet, fasta, annotation, settings.source_dir) }

    // ['https://example.org/a.bed', 'set', 'ab12...', a.bed, provenance.json]
    FETCH(ch_named.flatMap { sources -> to_fetch(sources) }, code_version('fetch_source.py'))

    ch_sources = ch_named.toList()
        .combine(FETCH.out.file.toList().toList())
        .map { sources, fetched -> with_fetched(sources, fetched) }
        .first()

    CHECK_INPUTS(
        ch_inputs.map { sheet, _fasta, _annotation -> sheet },
        ch_sources,
        ch_sources.map { sources -> sources.collect { source -> source.path }.findAll() },
        ch_sources.map { sources -> sources.collect { source -> source.provenance }.findAll() },
        portable(settings),
        schema,
        code_version('check_inputs.py'),
    )
    genome      = CHECK_INPUTS.out.genome         // genome.fna
    genome_json = CHECK_INPUTS.out.genome_json    // genome.json

    // [[id: 'a', format: 'smrt', settings: [...]], [M9.tsv, Rich.tsv], [U00096.2.fna]], with [] where the set is on the run's own genome
    ch_sets = CHECK_INPUTS.out.sets
        .combine(ch_sources.toList())
        .flatMap { sets, sources ->
            read_json(sets).collect { set ->
                def meta = [id: set.set, format: set.format, settings: set.subMap(['options', 'contig_alias', 'coordinate_fix'])]
                [meta, row_files(sources, set.row, 'set'), set.assembly ? row_files(sources, set.row, 'assembly') : []]
            }
        }

    HARMONISE(ch_sets, genome, genome_json, code_version('harmonise_sites.py'))
    ch_beds = HARMONISE.out.bed.map { _meta, bed -> bed }.toSortedList { a, b -> a.name <=> b.name }    // [a.bed, b.bed, ...]

    AUDIT(
        ch_beds,
        HARMONISE.out.harmonised.map { _meta, found -> found }.toSortedList { a, b -> a.name <=> b.name },
        genome,
        genome_json,
        ch_sets.flatMap { _meta, _files, assembly -> assembly }.unique().toSortedList { a, b -> "${a}" <=> "${b}" },
        code_version('audit_sets.py'),
    )

    CURATE(
        ch_beds,
        AUDIT.out.audits,    // [a.audit.json, b.audit.json, ...]
        genome_json,
        CHECK_INPUTS.out.sets,
        settings.curation_rule,
        settings.max_distance,
        settings.min_support,
        code_version('curate_sites.py'),
    )

    // Emitted by plain names: the strict parser of Nextflow 25.04 does not know `name = value` here.
    beds        = HARMONISE.out.bed    // [[id: 'a', ...], a.bed]
    audits      = AUDIT.out.audits     // [a.audit.json, b.audit.json, ...]
    sites       = CURATE.out.sites     // sites.bed: BED6, support, sets
    // [params.json, sources.json, ...]: for the report
    facts       = CHECK_INPUTS.out.settings.mix(
        CHECK_INPUTS.out.sources, genome, genome_json, AUDIT.out.table, AUDIT.out.png, CURATE.out.sites, CURATE.out.curation,
        CURATE.out.sets, CURATE.out.overlap, CURATE.out.overlap_png, CURATE.out.distances, CURATE.out.distances_png,
    )

    emit:
    genome
    genome_json
    beds
    audits
    sites
    facts
}
