namespace PacketPath;

/// <summary>A certificate as a TLS server sent it, and what the judgement of its chain came to. It is reported, never trusted.</summary>
public sealed record TlsCertificate
{
    /// <summary>The subject.</summary>
    public string Subject { get; init; } = "";

    /// <summary>The names and addresses it covers (subject alternative names), the first 100 of them.</summary>
    public string[] SubjectAlternativeNames { get; init; } = [];

    /// <summary>How many there are.</summary>
    public int SubjectAlternativeNameCount { get; init; }

    /// <summary>The issuer.</summary>
    public string Issuer { get; init; } = "";

    /// <summary>Valid from, in UTC.</summary>
    public DateTime NotBefore { get; init; }

    /// <summary>Valid until, in UTC.</summary>
    public DateTime NotAfter { get; init; }

    /// <summary>The serial number, in hexadecimal.</summary>
    public string SerialNumber { get; init; } = "";

    /// <summary>The SHA-256 fingerprint, in hexadecimal.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>The kind and size of its key, for example <c>ECDSA P-256</c> or <c>RSA 2048</c>.</summary>
    public string Key { get; init; } = "";

    /// <summary>The signature algorithm.</summary>
    public string SignatureAlgorithm { get; init; } = "";

    /// <summary>True where issuer and subject are the same.</summary>
    public bool IsSelfIssued { get; init; }

    /// <summary>The subjects of the chain, from the certificate to the root, as far as it could be built.</summary>
    public string[] Chain { get; init; } = [];

    /// <summary>What is wrong with the chain, by the .NET names (X509ChainStatusFlags), for example <c>NotTimeValid</c>, <c>UntrustedRoot</c>, <c>PartialChain</c>; empty where it leads to a trusted root and all of it is valid.</summary>
    public string[] ChainStatus { get; init; } = [];

    /// <summary>The same in words, in the same order, with the subject of the certificate each is about.</summary>
    public string[] ChainErrors { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Subject}{(ChainErrors.Length == 0 ? "" : ": " + string.Join(", ", ChainStatus))}";
}
