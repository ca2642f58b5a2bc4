namespace PacketPath.Labs;

/// <summary>What a TLS service serves, and whom it turns away.</summary>
public sealed record LabTls
{
    /// <summary>The certificates, of the lab's own authority; the first is served for every name that none covers.</summary>
    public IReadOnlyList<LabCertificate> Certificates { get; init; } = [];

    /// <summary>Other answers than a handshake, by server name; <c>*</c> for every name that no certificate covers, and for none.</summary>
    public IReadOnlyDictionary<string, LabTlsAnswer> Answers { get; init; } = new Dictionary<string, LabTlsAnswer>();

    /// <summary>The application protocols it speaks.</summary>
    public IReadOnlyList<string> Alpn { get; init; } = [];
}

/// <summary>One certificate of a TLS service.</summary>
public sealed record LabCertificate
{
    /// <summary>The names and addresses it covers.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>True where it has expired.</summary>
    public bool Expired { get; init; }

    /// <summary>True where it is signed by itself instead of the lab's authority.</summary>
    public bool SelfSigned { get; init; }
}

/// <summary>What a TLS service does instead of a handshake.</summary>
public enum LabTlsAnswer
{
    /// <summary>Sends the fatal alert unrecognized_name.</summary>
    Alert,

    /// <summary>Sends the fatal alert handshake_failure.</summary>
    HandshakeFailure,

    /// <summary>Takes the ClientHello and says nothing.</summary>
    Silence,

    /// <summary>Resets the connection.</summary>
    Reset,

    /// <summary>Closes the connection.</summary>
    Close,

    /// <summary>Answers in plain HTTP.</summary>
    PlainText,

    /// <summary>Sends its ServerHello and nothing more.</summary>
    Stall,
}
