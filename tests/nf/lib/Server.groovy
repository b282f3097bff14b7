import com.sun.net.httpserver.HttpServer

/** Files on a port of this machine, for steps that fetch. Another path than theirs is answered with 404. */
class Server {
    private static HttpServer server

    /** Starts it; the address. */
    static String started(Map<String, String> files) {
        server = HttpServer.create(new InetSocketAddress('127.0.0.1', 0), 0)
        server.createContext('/') { exchange ->
            def bytes = files[exchange.requestURI.path.substring(1)]?.bytes
            exchange.sendResponseHeaders(bytes ? 200 : 404, bytes ? bytes.length : -1)
            if (bytes && exchange.requestMethod != 'HEAD') { exchange.responseBody.write(bytes) }
            exchange.close()
        }
        server.start()
        return "http://127.0.0.1:${server.address.port}"
    }

    static void stopped() {
        server?.stop(0)
        server = null
    }
}
