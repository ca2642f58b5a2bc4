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

    /// <summary>What is wrong with the chain; empty where it leads to a trusted root and all of it is valid.</summary>
    public TlsChainError[] ChainErrors { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Subject}{(ChainErrors.Length == 0 ? "" : ": " + string.Join(", ", ChainErrors.Select(e => e.Status)))}";
}

/// <summary>One thing that is wrong with a certificate chain.</summary>
public sealed record TlsChainError
{
    /// <summary>The error by its .NET name, for example <c>NotTimeValid</c>, <c>UntrustedRoot</c>, <c>PartialChain</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>The same in words.</summary>
    public string Meaning { get; init; } = "";

    /// <summary>The subject of the certificate it is about; null where it is about the chain.</summary>
    public string? Subject { get; init => field = EmptyText.AsNull(value); }

    /// <summary>An error from its line of text, which is what JSON of too little depth leaves of it.</summary>
    public static TlsChainError Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var end = text.IndexOf(':', StringComparison.Ordinal);
        return end < 0 ? new() { Status = text.Trim() } : new() { Status = text[..end].Trim(), Meaning = text[(end + 1)..].Trim() };
    }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Status}: {Meaning}";
}
