// The identifiers that cross service boundaries: contracts may not import each other, so they meet here.

package enum AccountTag: IdentifierTag { package static let prefix = "acc" }
package enum ProfileTag: IdentifierTag { package static let prefix = "prf" }
package enum LoginSessionTag: IdentifierTag { package static let prefix = "lgs" }
package enum TitleTag: IdentifierTag { package static let prefix = "ttl" }
package enum UploadTag: IdentifierTag { package static let prefix = "upl" }
package enum AssetTag: IdentifierTag { package static let prefix = "ast" }
package enum JobTag: IdentifierTag { package static let prefix = "job" }
package enum EncodingTaskTag: IdentifierTag { package static let prefix = "tsk" }
package enum PlaybackSessionTag: IdentifierTag { package static let prefix = "pbs" }
package enum EventTag: IdentifierTag { package static let prefix = "evt" }
package enum DeadLetterTag: IdentifierTag { package static let prefix = "dlt" }
package enum RequestTag: IdentifierTag { package static let prefix = "req" }
package enum ExperimentTag: IdentifierTag { package static let prefix = "exp" }

package typealias AccountID = Identifier<AccountTag>
package typealias ProfileID = Identifier<ProfileTag>
package typealias LoginSessionID = Identifier<LoginSessionTag>
package typealias TitleID = Identifier<TitleTag>
package typealias UploadID = Identifier<UploadTag>
package typealias AssetID = Identifier<AssetTag>
package typealias JobID = Identifier<JobTag>
package typealias EncodingTaskID = Identifier<EncodingTaskTag>
package typealias PlaybackSessionID = Identifier<PlaybackSessionTag>
package typealias EventID = Identifier<EventTag>
package typealias DeadLetterID = Identifier<DeadLetterTag>
package typealias RequestID = Identifier<RequestTag>
package typealias ExperimentID = Identifier<ExperimentTag>
