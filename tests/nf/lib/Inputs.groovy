import groovy.json.JsonOutput
import java.nio.ByteBuffer
import java.nio.ByteOrder

/** Small inputs of a test, written below its own folder. */
class Inputs {

    /** Files by name and content; the folder. */
    static File written(folder, Map<String, String> files) {
        def top = new File(folder.toString(), 'inputs')
        files.each { name, text ->
            def file = new File(top, name)
            file.parentFile.mkdirs()
            file.setText(text, 'UTF-8')
        }
        return top
    }

    /** A random genome of one linear contig, 'chr', with its description: 'genome.fna' and 'genome.json'. */
    static Map<String, String> genome(int length) {
        def random  = new Random(1)
        def letters = (1..length).collect { 'ACGT'[random.nextInt(4)] }.join()
        return ['genome.fna': ">chr\n${letters}\n".toString(), 'genome.json': description('chr', length, false)]
    }

    /** The description of a genome of one contig, as CHECK_INPUTS writes it. */
    static String description(String contig, int length, boolean circular) {
        JsonOutput.toJson([file: 'genome.fna', sha256: '', contigs: [[name: contig, length: length, circular: circular, gc: 0.5]]])
    }

    /** Random sites on alternating strands, as BED: the same for every set, those beyond a position so many nt off. */
    static String bed(String set, int n, int length, int beyond = 0, int moved = 0) {
        def random = new Random(2)
        def starts = (1..n).collect { 100 + random.nextInt(length - 1000) }.sort().collect { start -> start + (start > beyond ? moved : 0) }
        starts.withIndex().collect { start, i -> "chr\t${start}\t${start + 1}\t${set}${i}\t1\t${i % 2 ? '-' : '+'}\n" }.join()
    }

    /** A genome of 60 kb and three sets on it, the third so many nt off the others; the folder. */
    static File sets(folder, int moved) {
        written(folder, genome(60000) + ['a.bed': bed('a', 250, 60000), 'b.bed': bed('b', 250, 60000), 'c.bed': bed('c', 250, 60000, 1000, moved)])
    }

    /** An array of zeros as .npy, version 1. */
    static void npy(File file, int length) {
        def header = "{'descr': '<f4', 'fortran_order': False, 'shape': (${length},), }"
        header = header.padRight(117) + '\n'
        file.parentFile.mkdirs()
        file.bytes = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length(), 0].collect { it as byte } as byte[]
        file << header.bytes
        file << new byte[4 * length]
    }

    /** A safetensors file of one-dimensional arrays, as bytes (U8) or as floats (F32). */
    static void arrays(File file, String type, Map<String, List<Integer>> values) {
        def width   = type == 'U8' ? 1 : 4
        def offset  = 0
        def entries = values.collectEntries { name, numbers ->
            def start = offset
            offset += numbers.size() * width
            [name, [dtype: type, shape: [numbers.size()], data_offsets: [start, offset]]]
        }
        def header = JsonOutput.toJson(entries).bytes
        def buffer = ByteBuffer.allocate(8 + header.length + offset).order(ByteOrder.LITTLE_ENDIAN)
        buffer.putLong(header.length)
        buffer.put(header)
        values.each { _name, numbers -> numbers.each { number -> type == 'U8' ? buffer.put(number as byte) : buffer.putFloat(number as float) } }
        file.parentFile.mkdirs()
        file.bytes = buffer.array()
    }

    /** Labels of a genome of 8 kb, 1 in 100 on each strand, its arcs, a curated site, and outputs: perfect ones, and the same everywhere. */
    static File scored(folder) {
        def top = written(folder, genome(8000) + [
            'labels.json': '{"label_shift": 20}',
            'sites.bed': "chr\t130\t131\tsite_1\t1000\t+\t2\ta,b\n",
            'split.tsv': "arc\tcontig\tstart\tend\tpositions\tsites\ntrain\tchr\t0\t4000\t8000\t80\ntest\tchr\t4000\t6000\t4000\t40\nvalidation\tchr\t6000\t8000\t4000\t40\n",
        ])
        def labels = (0..<8000).collect { position -> position % 100 == 50 ? 1 : 0 }
        def nothing = [0] * 8000
        arrays(new File(top, 'labels.safetensors'), 'U8', ['chr.minus': labels, 'chr.plus': labels])
        arrays(new File(top, 'outputs.safetensors'), 'F32', ['chr.minus': labels, 'chr.plus': labels])
        arrays(new File(top, 'nothing/outputs.safetensors'), 'F32', ['chr.minus': nothing, 'chr.plus': nothing])
        return top
    }
}
