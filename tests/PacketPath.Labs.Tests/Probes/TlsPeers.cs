using System.Security.Cryptography.X509Certificates;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>A client and a server on one link; on the server nginx, caddy and openssl s_server, each with certificates by name. Whatever is not installed is left out.</summary>
public sealed class TlsPeers : IDisposable
{
    public const int Nginx = 443;
    public const int NginxTls12 = 444;
    public const int Caddy = 445;
    public const int OpenSsl = 446;
    public const string Address4 = "10.1.0.2";
    public const string Address6 = "fd01::2";

    private readonly LabAuthority _authority = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("packetpath-tls-");

    public TlsPeers()
    {
        if (LabPrivilege.Missing() is not null)
        {
            return;
        }

        Write("a", "a.example", "*.wild.example");
        Write("b", "b.example", Address4, Address6);
        var services = new List<LabService>();
        if (Has("nginx"))
        {
            File.WriteAllText(At("nginx.conf"), NginxConfiguration());
            services.Add(Command($"exec nginx -p {_directory.FullName} -c {At("nginx.conf")} -e {At("error.log")}", NginxTls12));
        }

        if (Has("caddy"))
        {
            File.WriteAllText(At("Caddyfile"), CaddyConfiguration());
            services.Add(Command($"HOME={_directory.FullName} XDG_DATA_HOME={_directory.FullName} exec caddy run --adapter caddyfile --config {At("Caddyfile")}", Caddy));
        }

        if (Has("openssl"))
        {
            services.Add(Command(
                $"exec openssl s_server -accept {OpenSsl} -6 -quiet -servername a.example -servername_fatal -cert {At("b.pem")} -key {At("b.key")} -cert2 {At("a.pem")} -key2 {At("a.key")}", OpenSsl));
        }

        var pair = Topologies.Pair();
        Network = LabNetwork.Build(pair with { Nodes = [pair.Nodes[0], pair.Nodes[1] with { Services = services }] });
    }

    public LabNetwork Network { get; } = null!;

    /// <summary>The file of the authority that signed every certificate.</summary>
    public string Authority => _authority.Path;

    /// <summary>True where a program is installed.</summary>
    public static bool Has(string tool) => new[] { "/usr/sbin", "/usr/bin", "/usr/local/bin" }.Any(d => File.Exists(Path.Combine(d, tool)));

    public void Dispose()
    {
        Network?.Dispose();
        _authority.Dispose();
        _directory.Delete(recursive: true);
    }

    private static LabService Command(string run, int port) =>
        new() { Kind = LabServiceKind.Command, Run = run, Ready = new LabReadiness { TcpPort = port, TimeoutSeconds = 20 } };

    private string At(string file) => Path.Combine(_directory.FullName, file);

    private void Write(string file, params string[] names)
    {
        var certificate = _authority.Issue(new LabCertificate { Names = names }).TargetCertificate;
        File.WriteAllText(At(file + ".pem"), certificate.ExportCertificatePem());
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(At(file + ".key"), key.ExportPkcs8PrivateKeyPem());
    }

    private string NginxConfiguration() =>
        $$"""
        daemon off;
        master_process off;
        user root;
        pid {{At("nginx.pid")}};
        events {}
        http {
          access_log off;
          client_body_temp_path {{At("body")}};
          proxy_temp_path {{At("proxy")}};
          fastcgi_temp_path {{At("fastcgi")}};
          uwsgi_temp_path {{At("uwsgi")}};
          scgi_temp_path {{At("scgi")}};
          server { listen {{Nginx}} ssl http2 default_server; listen [::]:{{Nginx}} ssl http2 default_server; ssl_reject_handshake on; }
          server { listen {{Nginx}} ssl http2; listen [::]:{{Nginx}} ssl http2; server_name a.example *.wild.example; ssl_certificate {{At("a.pem")}}; ssl_certificate_key {{At("a.key")}}; return 204; }
          server { listen {{Nginx}} ssl http2; listen [::]:{{Nginx}} ssl http2; server_name b.example; ssl_certificate {{At("b.pem")}}; ssl_certificate_key {{At("b.key")}}; return 204; }
          server { listen {{NginxTls12}} ssl; listen [::]:{{NginxTls12}} ssl; ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256; ssl_certificate {{At("b.pem")}}; ssl_certificate_key {{At("b.key")}}; return 204; }
        }
        """;

    private string CaddyConfiguration() =>
        $$"""
        {
          admin off
          auto_https off
          skip_install_trust
        }
        https://a.example:{{Caddy}} {
          tls {{At("a.pem")}} {{At("a.key")}}
          respond 204
        }
        https://b.example:{{Caddy}} {
          tls {{At("b.pem")}} {{At("b.key")}}
          respond 204
        }
        """;
}
