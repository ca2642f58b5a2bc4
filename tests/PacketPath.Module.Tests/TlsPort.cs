using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PacketPath.Module.Tests;

/// <summary>A TLS server on every address of loopback, with a certificate for a.example and 127.0.0.1 that signs itself; or one that never answers.</summary>
public sealed class TlsPort : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Any, 0);
    private readonly X509Certificate2 _certificate;

    public TlsPort(bool isSilent = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a.example", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("a.example");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        File = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".pem");
        System.IO.File.WriteAllText(File, _certificate.ExportCertificatePem());
        _listener.Start(512);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        if (!isSilent)
        {
            _ = AcceptAsync();
        }
    }

    public int Port { get; }

    /// <summary>The file of the certificate.</summary>
    public string File { get; }

    /// <summary>True where a connection waits to be accepted.</summary>
    public bool IsConnected => _listener.Pending();

    public void Dispose()
    {
        _listener.Dispose();
        _certificate.Dispose();
        System.IO.File.Delete(File);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate, ApplicationProtocols = [SslApplicationProtocol.Http2] });
            _ = await tls.ReadAsync(new byte[1]);
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client has gone.
        }
        finally
        {
            client.Dispose();
        }
    }
}
