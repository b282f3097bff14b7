import groovy.json.JsonSlurper
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.util.zip.GZIPInputStream

/** What a step has written, in a form that is the same wherever and whenever it ran. */
class Outputs {

    /** Names of all files of a channel, or of all channels, sorted. */
    static List names(channels) {
        def items = channels instanceof Map ? channels.values() : channels
        [items].flatten().findAll { item -> item.toString().startsWith('/') }.unique().collect { item -> new File(item.toString()).name }.sort()
    }

    /** Number of tasks of each process: [SIMULATE: 1, ...]. */
    static Map tasks(run) {
        run.trace.tasks().collect { task -> task.name.tokenize(' ')[0].tokenize(':').last() }.sort().countBy { name -> name }
    }

    /** Names of all files below a folder, sorted: ['labels/split.tsv', ...]. */
    static List tree(folder) {
        def found = []
        new File(folder.toString()).eachFileRecurse { file ->
            if (file.file) { found << new File(folder.toString()).toPath().relativize(file.toPath()).toString() }
        }
        found.sort()
    }

    /** The file of a channel with this name. */
    static File named(channel, name) {
        new File([channel].flatten().find { item -> item.toString().endsWith("/${name}") }.toString())
    }

    /** Columns of a table. */
    static List header(file) {
        lines(file)[0].split('\t') as List
    }

    /** Rows of a table with a header: [[arc: 'train', ...], ...]. */
    static List<Map> rows(file) {
        def names = header(file)
        lines(file).drop(1).collect { line -> [names, line.split('\t', -1) as List].transpose().collectEntries() }
    }

    /** Lines of a text, compressed or not. */
    static List<String> lines(file) {
        def bytes = new File(file.toString()).newInputStream()
        (file.toString().endsWith('.gz') ? new GZIPInputStream(bytes) : bytes).readLines('UTF-8')
    }

    static Object json(file) {
        new JsonSlurper().parse(new File(file.toString()))
    }

    /** What the header of a safetensors file tells besides its arrays. */
    static Object metadata(file) {
        new JsonSlurper().parseText(tensors(file).__metadata__.attentome)
    }

    /** Type and shape of each array of a safetensors file: ['sim|plus': 'U8 [20000]', ...]. */
    static Map shapes(file) {
        tensors(file).findAll { name, _entry -> name != '__metadata__' }.sort().collectEntries { name, entry -> [name, "${entry.dtype} ${entry.shape}".toString()] }
    }

    /** The header of a safetensors file. */
    private static Map tensors(file) {
        def bytes  = new File(file.toString()).bytes
        def length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong() as int
        return new JsonSlurper().parseText(new String(bytes, 8, length, 'UTF-8'))
    }
}
