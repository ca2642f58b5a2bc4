using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PacketPath.Tls;

/// <summary>Turns a certificate from the network into a model: clean text, bounded lists, and nothing thrown for what is malformed.</summary>
internal static class TlsCertificateReader
{
    private const int MostNames = 100;
    private const int MostChain = 10;
    private const int MostErrors = 20;
    private const int LongestText = 256;

    /// <summary>Reads a certificate with the chain that was built for it.</summary>
    public static TlsCertificate Read(X509Certificate2 certificate, X509Chain chain)
    {
        var (names, count) = Names(certificate);
        var errors = Errors(chain);
        return new TlsCertificate
        {
            Subject = Text(certificate.Subject),
            Issuer = Text(certificate.Issuer),
            SubjectAlternativeNames = names,
            SubjectAlternativeNameCount = count,
            NotBefore = certificate.NotBefore.ToUniversalTime(),
            NotAfter = certificate.NotAfter.ToUniversalTime(),
            SerialNumber = Text(certificate.SerialNumber),
            Fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256),
            Key = Key(certificate),
            SignatureAlgorithm = Text(certificate.SignatureAlgorithm.FriendlyName ?? certificate.SignatureAlgorithm.Value ?? ""),
            IsSelfIssued = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData),
            Chain = [.. chain.ChainElements.Take(MostChain).Select(e => Text(e.Certificate.Subject))],
            ChainStatus = [.. errors.Select(static e => e.Status)],
            ChainErrors = [.. errors.Select(static e => e.Meaning)],
        };
    }

    /// <summary>True where the certificate covers a host name or an address, by its subject alternative names alone (RFC 9525).</summary>
    public static bool Covers(X509Certificate2 certificate, string name)
    {
        try
        {
            return certificate.MatchesHostname(name, allowWildcards: true, allowCommonName: false);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // What cannot be read covers nothing.
            return false;
        }
    }

    private static (string[] Names, int Count) Names(X509Certificate2 certificate)
    {
        var names = new List<string>();
        var count = 0;
        try
        {
            foreach (var extension in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
            {
                foreach (var name in extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(a => a.ToString())))
                {
                    if (count++ < MostNames)
                    {
                        names.Add(Text(name));
                    }
                }
            }
        }
        catch (CryptographicException)
        {
            // A malformed extension names nothing further.
        }

        return ([.. names], count);
    }

    private static (string Status, string Meaning)[] Errors(X509Chain chain)
    {
        var errors = new List<(string Status, string Meaning)>();
        foreach (var element in chain.ChainElements)
        {
            foreach (var status in element.ChainElementStatus)
            {
                errors.Add(Error(status, element.Certificate.Subject));
            }
        }

        foreach (var status in chain.ChainStatus)
        {
            if (!errors.Exists(e => e.Status == status.Status.ToString()))
            {
                errors.Add(Error(status, null));
            }
        }

        return [.. errors.Take(MostErrors)];
    }

    private static (string Status, string Meaning) Error(X509ChainStatus status, string? subject)
    {
        var meaning = status.Status switch
        {
            X509ChainStatusFlags.NotTimeValid => "it is not valid at this time",
            X509ChainStatusFlags.UntrustedRoot => "the chain ends in a root that is not trusted here",
            X509ChainStatusFlags.PartialChain => "the chain does not lead to a root: an intermediate certificate is missing, or the root is not known here",
            X509ChainStatusFlags.NotSignatureValid => "a signature in the chain is wrong",
            X509ChainStatusFlags.NotValidForUsage => "the certificate is not meant for this use",
            X509ChainStatusFlags.InvalidBasicConstraints => "a certificate in the chain may not issue others",
            X509ChainStatusFlags.InvalidNameConstraints or X509ChainStatusFlags.HasNotPermittedNameConstraint or X509ChainStatusFlags.HasExcludedNameConstraint =>
                "an issuer in the chain may not vouch for this name",
            X509ChainStatusFlags.HasWeakSignature => "a signature in the chain is of a weak kind",
            _ => Text(status.StatusInformation.Trim().TrimEnd('.')),
        };
        var name = status.Status.ToString();
        return (name, (meaning.Length == 0 ? name : meaning) + (subject is null ? "" : $" ({Text(subject)})"));
    }

    private static string Key(X509Certificate2 certificate)
    {
        try
        {
            using var rsa = certificate.GetRSAPublicKey();
            if (rsa is not null)
            {
                return string.Create(CultureInfo.InvariantCulture, $"RSA {rsa.KeySize}");
            }

            using var ecdsa = certificate.GetECDsaPublicKey();
            return ecdsa is not null
                ? string.Create(CultureInfo.InvariantCulture, $"ECDSA P-{ecdsa.KeySize}")
                : Text(certificate.PublicKey.Oid.FriendlyName ?? certificate.PublicKey.Oid.Value ?? "");
        }
        catch (CryptographicException)
        {
            return "unreadable";
        }
    }

    private static string Text(string text)
    {
        var clean = DisplayText.Clean(text);
        return clean.Length <= LongestText ? clean : string.Concat(clean.AsSpan(0, LongestText - 1), "…");
    }
}
