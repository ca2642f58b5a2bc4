using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PacketPath.Core.Tests.Tls;

/// <summary>Makes certificates for servers of tests.</summary>
internal static class TestCertificates
{
    public static X509Certificate2 Make(string subject, string[] names, DateTimeOffset? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName(subject), key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        if (names.Length > 0)
        {
            request.CertificateExtensions.Add(alternatives.Build());
        }

        var last = until ?? DateTimeOffset.UtcNow.AddDays(30);
        using var made = request.CreateSelfSigned(last.AddDays(-60), last);
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
