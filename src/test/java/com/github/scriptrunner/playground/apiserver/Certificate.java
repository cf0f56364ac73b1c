package com.github.scriptrunner.playground.apiserver;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A new key with a self-signed certificate for this machine's loopback addresses.
 *
 * @param pem the certificate alone
 * @param context serves with it
 */
record Certificate(String pem, SSLContext context) {
    /** A key that lives for a moment in a file of our own needs no slow derivation from its password. */
    private static final String OPTIONS =
            "-J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -J-Dkeystore.pkcs12.macIterationCount=1"
                    + " -J-Dkeystore.pkcs12.keyPbeIterationCount=1 -J-Dkeystore.pkcs12.certPbeIterationCount=1"
                    + " -genkeypair -alias api -keyalg EC -groupname secp256r1 -dname CN=playground -validity 365"
                    + " -ext SAN=dns:localhost,ip:127.0.0.1 -storetype PKCS12 -storepass:env PASSWORD";

    /** @param directory for the key while it is made; nothing stays there */
    static Certificate create(Path directory, String password) throws IOException {
        Path file = directory.resolve("key.p12");
        try {
            keytool(file, password);
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
                store.load(in, password.toCharArray());
            }
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(store, password.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'})
                    .encodeToString(store.getCertificate("api").getEncoded());
            return new Certificate("-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n", context);
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS certificate could be made: " + e.getMessage(), e);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** The JDK has no public API that makes certificates. */
    private static void keytool(Path file, String password) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(OPTIONS.split(" ", -1)));
        command.addAll(List.of("-keystore", file.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PASSWORD", password);
        Process process = builder.start();
        try (InputStream output = process.getInputStream()) {
            String said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("keytool could not make a certificate: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool made a certificate", e);
        }
    }
}
