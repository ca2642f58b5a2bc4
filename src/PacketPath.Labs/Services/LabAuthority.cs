using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PacketPath.Labs;

/// <summary>The certificate authority of one lab: made for it, gone with it. Its key never leaves memory; its certificate is a file, for those who are to trust it.</summary>
internal sealed class LabAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private static readonly TimeSpan Validity = TimeSpan.FromDays(30);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("packetpath-");

    /// <summary>Makes an authority.</summary>
    public LabAuthority()
    {
        var request = new CertificateRequest("CN=PacketPath lab authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow - (2 * Validity), DateTimeOffset.UtcNow + Validity);
        Path = System.IO.Path.Combine(_directory.FullName, "authority.pem");
        File.WriteAllText(Path, _root.ExportCertificatePem());
    }

    /// <summary>The file of its certificate.</summary>
    public string Path { get; }

    /// <summary>Makes a certificate with its key.</summary>
    public SslStreamCertificateContext Issue(LabCertificate asked)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={Subject(asked)}"), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in asked.Names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], false));
        var until = asked.Expired ? DateTimeOffset.UtcNow.AddDays(-1) : DateTimeOffset.UtcNow + (Validity / 2);
        using var issued = asked.SelfSigned ? null : request.Create(_root, until - Validity, until, RandomNumberGenerator.GetBytes(16));
        var certificate = issued is null ? request.CreateSelfSigned(until - Validity, until) : issued.CopyWithPrivateKey(key);
        return SslStreamCertificateContext.Create(certificate, null, offline: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _root.Dispose();
        _key.Dispose();
        _directory.Delete(recursive: true);
    }

    // A subject is text of its own; what a name may hold is harmless in it.
    private static string Subject(LabCertificate asked) =>
        asked.Names.Count == 0 ? "no name" : string.Concat(asked.Names[0].Where(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '*' or ':'));
}
